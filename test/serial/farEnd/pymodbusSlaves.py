"""A PZEM-017 (address 1) and a relay board with timed outputs (address 2), served by pymodbus on the tty named first.

Writes a line for each order that the relay board takes: "on|off COIL" or "flash COIL UNITS".
"""
import struct
import sys
import threading

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.pdu import ModbusRequest, ModbusResponse
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusRtuFramer

FLASH_ON = 0x0200
RELAYS = 8


class RelayResponse(ModbusResponse):
    function_code = 5
    _rtu_frame_size = 8

    def __init__(self, address=0, value=0, **kwargs):
        super().__init__(**kwargs)
        self.address = address
        self.value = value

    def encode(self):
        return struct.pack(">HH", self.address, self.value)


class RelayRequest(ModbusRequest):
    function_code = 5
    _rtu_frame_size = 8
    timers = {}

    def decode(self, data):
        self.address, self.value = struct.unpack(">HH", data)

    def execute(self, context):
        if FLASH_ON <= self.address < FLASH_ON + RELAYS:
            self.flash(context, self.address - FLASH_ON)
        else:
            self.cancel(self.address)
            closed = self.value == 0xFF00
            context.setValues(1, self.address, [closed])
            print("on" if closed else "off", self.address, flush=True)
        return RelayResponse(self.address, self.value)

    def flash(self, context, coil):
        self.cancel(coil)
        context.setValues(1, coil, [True])
        timer = threading.Timer(self.value * 0.1, context.setValues, (1, coil, [False]))
        timer.daemon = True
        self.timers[coil] = timer
        timer.start()
        print("flash", coil, self.value, flush=True)

    def cancel(self, coil):
        timer = self.timers.pop(coil, None)
        if timer:
            timer.cancel()


def pzem(volts, amps):
    power = round(volts * amps * 10)
    live = [round(volts * 100), round(amps * 100), power & 0xFFFF, power >> 16, 1234, 0, 0, 0]
    return ModbusSlaveContext(
        ir=ModbusSequentialDataBlock(0, live),
        hr=ModbusSequentialDataBlock(0, [30000, 700, 1, 3]),
        zero_mode=True,
    )


relay = ModbusSlaveContext(co=ModbusSequentialDataBlock(0, [False] * (FLASH_ON + RELAYS)), zero_mode=True)
StartSerialServer(
    context=ModbusServerContext(slaves={1: pzem(24.5, 118.25), 2: relay}, single=False),
    framer=ModbusRtuFramer,
    port=sys.argv[1],
    baudrate=9600,
    stopbits=2,
    bytesize=8,
    parity="N",
    timeout=0.05,
    custom_functions=[RelayRequest],
)
