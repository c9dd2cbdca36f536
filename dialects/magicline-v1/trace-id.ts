/** Datadog's decimal form of a W3C trace id: its low 64 bits. */
export function datadogTraceId(traceId: string): string {
  return BigInt(`0x${traceId.slice(-16)}`).toString();
}
