import { Type, type Static } from '@sinclair/typebox'
import { MessageIdSchema } from '../common.js'
import { SeqSchema } from '../message.js'

/** A new token on the live connection. */
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

/** Something was refused; the connection goes on. */
export const ErrorFrameSchema = Type.Object({
  type: Type.Literal('error'),
  code: Type.String(),
  message: Type.String(),
  path: Type.Optional(Type.String({ description: 'JSON pointer into the frame' })),
  id: Type.Optional(MessageIdSchema),
  seq: Type.Optional(SeqSchema),
  retry_after_ms: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'The same may be sent again, unchanged, after so long; without it the same would be refused again: do what docs/errors.md says of the code'
    })
  )
})
export type ErrorFrame = Static<typeof ErrorFrameSchema>
