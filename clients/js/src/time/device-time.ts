/** 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: RFC 3339 has four-digit years. */
const MIN_TIME_MS = -62_167_219_200_000
const MAX_TIME_MS = 253_402_300_799_999

/** Whether milliseconds since 1970 can be sent as a timestamp (RFC 3339, years 0 to 9999). */
export const isDeviceTime = (ms: number): boolean => Number.isFinite(ms) && ms >= MIN_TIME_MS && ms <= MAX_TIME_MS

/** The RFC 3339 timestamp of milliseconds since 1970; null if there is none. */
export const formatDeviceTime = (ms: number): string | null => isDeviceTime(ms) ? new Date(ms).toISOString() : null
