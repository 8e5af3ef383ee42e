import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const NAME = /^motience\.lock\.(\d+)$/

/** The number in a lock's file name; 0 for any other file. */
export const numberOf = (name: string): number => Number(NAME.exec(name)?.[1] ?? 0)

export const fileOf = (folder: string, number: number): string => join(folder, `motience.lock.${number}`)

/** The number of the newest lock; 0 if there is none. */
export const newest = async (folder: string): Promise<number> => Math.max(0, ...(await readdir(folder)).map(numberOf))
