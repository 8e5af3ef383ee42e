/** Device names as the platform accepts them, for the `pattern` of an input. */
export const DEVICE_ID_PATTERN = '[A-Za-z0-9._:@\\/+\\-]+'

/** Shown where a device name does not match. */
export const DEVICE_ID_HINT = 'Letters, digits and . _ : @ / + - only'

const DEVICE_ID = new RegExp(`^${DEVICE_ID_PATTERN}$`)

/** Whether the platform accepts the device name. */
export const isDeviceId = (text: string): boolean => text.length <= 64 && DEVICE_ID.test(text)
