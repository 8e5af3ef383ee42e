import { compileChecker, ProblemError, type Identity } from '@motience/kit'
import { DeviceIdSchema } from '@motience/schemas'

/** Where a door finds the name of a device, first match first. */
export interface DeviceTags {
  /** Tags that exist to name a device. A name in one of them counts, or its message is refused. */
  explicit: readonly string[]
  /** Tags that usually name it. With a device key, or if the name is not valid, they are ignored. */
  implicit: readonly string[]
}

const nameChecker = compileChecker(DeviceIdSchema)

/** The tags of a request: those of the door, or the only one that `device_tag` names. */
export const deviceTags = (ofDoor: DeviceTags, deviceTag: string | undefined): DeviceTags =>
  deviceTag === undefined ? ofDoor : { explicit: [deviceTag], implicit: [] }

/**
 * The device of a message: the one that its tags name, else that of the credential; undefined for the latter. With a
 * device key it is always the key's device. Throws MOT_BAD_INPUT for a name that is not valid and MOT_FORBIDDEN for
 * that of another device, for explicit tags only.
 */
export const deviceOf = (
  identity: Pick<Identity, 'deviceOnly' | 'deviceId'>,
  tags: DeviceTags,
  valueOf: (tag: string) => string | undefined
): string | undefined => {
  for (const tag of tags.explicit) {
    const name = valueOf(tag)
    if (name === undefined) continue
    if (!nameChecker.check(name)) throw new ProblemError('MOT_BAD_INPUT', `The value of ${tag} is not a device name`)
    if (identity.deviceOnly && name !== identity.deviceId) {
      throw new ProblemError('MOT_FORBIDDEN', `The key belongs to another device than ${tag} names`)
    }
    return name
  }
  if (identity.deviceOnly) return identity.deviceId ?? undefined
  for (const tag of tags.implicit) {
    const name = valueOf(tag)
    if (name !== undefined && nameChecker.check(name)) return name
  }
  return undefined
}
