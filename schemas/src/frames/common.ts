import { Type, type Static } from '@sinclair/typebox'
import { MessageIdSchema } from '../common.js'
import { SeqSchema } from '../message.js'

/** Replaces the token of an open connection. */
export const AuthFrameSchema = Type.Object({
  type: Type.Literal('auth'),
  token: Type.String({ minLength: 1, maxLength: 4096 })
}, { additionalProperties: false })
export type AuthFrame = Static<typeof AuthFrameSchema>

export const AuthenticatedFrameSchema = Type.Object({
  type: Type.Literal('authenticated'),
  expires_at: Type.String()
})
export type AuthenticatedFrame = Static<typeof AuthenticatedFrameSchema>

/** A frame or message was rejected; the connection stays open. */
export const ErrorFrameSchema = Type.Object({
  type: Type.Literal('error'),
  code: Type.String(),
  message: Type.String(),
  path: Type.Optional(Type.String({ description: 'JSON Pointer into the frame' })),
  id: Type.Optional(MessageIdSchema),
  seq: Type.Optional(SeqSchema),
  retry_after_ms: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'The same message may be sent again, unchanged, after this time. Without it, a retry would be rejected ' +
        'again: follow docs/errors.md for the code'
    })
  )
})
export type ErrorFrame = Static<typeof ErrorFrameSchema>
