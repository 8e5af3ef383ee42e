import type { Policy } from '@motience/schemas'
import type { Sql } from 'postgres'

/** How producers approve new subscriptions. A change does not affect pending ones. */
export interface Policies {
  /** `automatic` by default. */
  of (producerId: number): Promise<Policy>
  set (producerId: number, policy: Policy): Promise<void>
}

export const createPolicies = (sql: Sql): Policies => ({
  async of (producerId) {
    const [row] = await sql<Policy[]>`SELECT approval FROM sm.producers WHERE producer_id = ${producerId}`
    return { approval: row?.approval ?? 'automatic' }
  },

  async set (producerId, { approval }) {
    await sql`
      INSERT INTO sm.producers (producer_id, approval) VALUES (${producerId}, ${approval})
      ON CONFLICT (producer_id) DO UPDATE SET approval = EXCLUDED.approval`
  }
})
