import type { Loss, NewReading } from '../buffer/record.js'
import { formatDeviceTime } from '../time/device-time.js'

/** The reading that reports a loss. */
export const describeLoss = (lost: Loss, time: number, mono: number, deviceId?: string): NewReading => ({
  payload: JSON.stringify({
    agent: {
      lost: {
        readings: lost.readings,
        damaged: lost.damaged,
        first_seq: lost.firstN,
        last_seq: lost.lastN,
        from: formatDeviceTime(lost.from),
        to: formatDeviceTime(lost.to)
      }
    }
  }),
  time,
  mono,
  ...deviceId === undefined ? {} : { deviceId }
})
