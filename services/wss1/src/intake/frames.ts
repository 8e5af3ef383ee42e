import { compileChecker, identifiersOf } from '@motience/kit'
import { DataFrameSchema, MAX_BATCH_FRAME, MessageSchema, type ErrorFrame, type Message } from '@motience/schemas'
import { Type, type Static } from '@sinclair/typebox'

/** A `batch` frame whose messages are validated one by one, so that an invalid one does not affect the others. */
const LooseBatchFrameSchema = Type.Object({
  type: Type.Literal('batch'),
  messages: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_BATCH_FRAME })
}, { additionalProperties: false })
export type LooseBatchFrame = Static<typeof LooseBatchFrameSchema>

/** Frames from producers, by type. */
export const producerFrames = { data: DataFrameSchema, batch: LooseBatchFrameSchema }

const messageChecker = compileChecker(MessageSchema)

/** Whether an element of a batch is a valid message. */
export const isMessage = (value: unknown): value is Message => messageChecker.check(value)

/** The error for an element of a batch that is not a valid message. */
export const invalidMessage = (value: unknown, index: number): Omit<ErrorFrame, 'type'> => {
  const [fault] = messageChecker.faults(value)
  return {
    code: 'MOT_WSS1_BAD_FRAME',
    message: fault!.message,
    path: `/messages/${index}${fault!.path}`,
    ...identifiersOf(value)
  }
}
