/** Where something listens. Port 0 asks for a free one. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const MOST_PORT = 65_535;

/** Of `HOST:PORT`. Throws RangeError, which names the option. */
export function endpointOf(text: string, option: string): Endpoint {
  const parts = /^([^\s:]+):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[2]);
  if (!parts?.[1] || !(port <= MOST_PORT)) throw new RangeError(`${option}: HOST:PORT`);
  return { host: parts[1], port };
}
