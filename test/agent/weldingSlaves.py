"""A PZEM-017 (address 1) on a machine that a relay board with timed outputs (address 2) switches, served by pymodbus on the tty named first.

While coil 0 is closed somebody welds: no load for 3 s, then twice 4 s of arc with 3 s between. Open, there is neither voltage nor current.
Between two readings at most a second of that passes: on a computer short of breath the welder waits, so that no arc falls between readings.
Writes a line for each order that the relay board takes: "on|off COIL" or "flash COIL UNITS", and "arc MS" at the end of each arc: how long it
was there to be read, the welder's waits included.
"""
import struct
import sys
import threading
import time

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.pdu import ModbusRequest, ModbusResponse
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusRtuFramer

FLASH_ON = 0x0200
RELAYS = 8
JOB = [("idle", 3.0), ("arc", 4.0), ("idle", 3.0), ("arc", 4.0)]


class Welder:
    """What flows now, by the time at work since the machine was energised first."""

    def __init__(self):
        self.coil = False
        self.worked = 0.0
        self.read = None
        self.done = 0
        self.struck = None

    def switch(self, closed):
        if closed and not self.coil:
            self.read = time.monotonic()
        self.coil = closed

    def now(self):
        if not self.coil:
            return 0.0, 0.0
        now = time.monotonic()
        self.worked += min(now - self.read, 1.0)
        self.read = now
        age = self.worked
        for index, (what, seconds) in enumerate(JOB):
            if age < seconds:
                if what == "arc" and self.struck is None:
                    self.struck = now
                # Real readings are never quite the same.
                return (24.0 + age % 0.7, 118.0 + age % 1.3) if what == "arc" else (68.0 + age % 0.5, 0.0)
            age -= seconds
            if what == "arc" and self.done <= index:
                self.done = index + 1
                print("arc", round((now - self.struck) * 1000), flush=True)
                self.struck = None
        return 68.0 + age % 0.5, 0.0


WELDER = Welder()


class LiveBlock(ModbusSequentialDataBlock):
    def getValues(self, address, count=1):
        volts, amps = WELDER.now()
        power = round(volts * amps * 10)
        live = [round(volts * 100), round(amps * 100), power & 0xFFFF, power >> 16, 1234, 0, 0, 0]
        return live[address : address + count]


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
            self.move(context, self.address, closed)
            print("on" if closed else "off", self.address, flush=True)
        return RelayResponse(self.address, self.value)

    def flash(self, context, coil):
        self.cancel(coil)
        self.move(context, coil, True)
        timer = threading.Timer(self.value * 0.1, self.move, (context, coil, False))
        timer.daemon = True
        self.timers[coil] = timer
        timer.start()
        print("flash", coil, self.value, flush=True)

    @staticmethod
    def move(context, coil, closed):
        context.setValues(1, coil, [closed])
        if coil == 0:
            WELDER.switch(closed)

    def cancel(self, coil):
        timer = self.timers.pop(coil, None)
        if timer:
            timer.cancel()


meter = ModbusSlaveContext(
    ir=LiveBlock(0, [0] * 8),
    hr=ModbusSequentialDataBlock(0, [30000, 700, 1, 3]),
    zero_mode=True,
)
relay = ModbusSlaveContext(co=ModbusSequentialDataBlock(0, [False] * (FLASH_ON + RELAYS)), zero_mode=True)
StartSerialServer(
    context=ModbusServerContext(slaves={1: meter, 2: relay}, single=False),
    framer=ModbusRtuFramer,
    port=sys.argv[1],
    baudrate=9600,
    stopbits=2,
    bytesize=8,
    parity="N",
    timeout=0.05,
    custom_functions=[RelayRequest],
)
