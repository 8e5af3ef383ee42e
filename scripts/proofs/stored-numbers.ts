import postgres from 'postgres'

/** The `seq` of every stored message by producer, read from DSM's table itself. */
export const storedNumbers = async (databaseUrl: string): Promise<Map<number, Set<number>>> => {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    const rows = await sql<
      { producer_id: number; seqs: string[] }[]
    >`select producer_id, array_agg(seq) as seqs from dsm.messages where seq is not null group by producer_id`
    return new Map(rows.map(row => [row.producer_id, new Set(row.seqs.map(Number))]))
  } finally {
    await sql.end()
  }
}
