import { MIB, present, round, seriesName, type Sensor, type Series } from './sensor.js'
import type { SystemFiles } from './system-files.js'

/** File systems on local disks. Others are virtual, or on the network, where a call may hang. */
const DISK_TYPES = new Set([
  'ext2',
  'ext3',
  'ext4',
  'btrfs',
  'xfs',
  'f2fs',
  'vfat',
  'exfat',
  'ntfs',
  'ntfs3',
  'zfs',
  'jfs',
  'nilfs2',
  'ubifs',
  'overlay'
])
/** Querying a disk's space may spin it up, and space changes slowly. */
const SPACE_EVERY_SECS = 30
const MAX_DISKS = 16

const mountPoints = (text: string): string[] => {
  const found = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [device, mount, type] = line.split(' ')
    if (device === undefined || mount === undefined || !DISK_TYPES.has(type ?? '') || found.has(device)) continue
    // Containers see many overlays; only the root counts as their disk.
    if (type === 'overlay' && mount !== '/') continue
    found.set(device, mount.replaceAll('\\040', ' '))
  }
  return [...found.values()].slice(0, MAX_DISKS)
}

/** Space of each disk in MiB, and the used share of it and of its inodes. */
export const createDiskSensor = (files: SystemFiles): Sensor => {
  let age = Infinity
  let last: Series | null = null
  return {
    name: 'disk',
    read: seconds => {
      age += seconds
      if (age < SPACE_EVERY_SECS) return last
      age = 0
      const series: Series = {}
      for (const mount of mountPoints(files.read('proc/self/mounts') ?? '')) {
        const space = files.space(mount)
        if (space === null || space.total === 0) continue
        series[mount === '/' ? 'root' : seriesName(mount)] = present({
          total_mib: Math.round(space.total / MIB),
          free_mib: Math.round(space.available / MIB),
          used_percent: round((space.total - space.available) / space.total * 100),
          inodes_used_percent: space.files > 0 ? round((space.files - space.filesFree) / space.files * 100) : null
        })!
      }
      last = present(series)
      return last
    }
  }
}

/** Bytes per sector in /proc/diskstats, whatever the disk's physical sector size. */
const SECTOR = 512
/** Whole disks; partitions, loops and memory disks are left out. */
const DISK_NAME = /^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/

/** Read and write rates of each disk in KiB/s, and the share of time in which it was busy. */
export const createDiskIoSensor = (files: SystemFiles): Sensor => {
  let before = new Map<string, number[]>()
  return {
    name: 'disk_io',
    read: seconds => {
      const now = new Map<string, number[]>()
      for (const line of (files.read('proc/diskstats') ?? '').split('\n')) {
        const fields = line.trim().split(/\s+/)
        // Columns of Documentation/admin-guide/iostats.rst: sectors read and written, ms in which it was busy.
        if (DISK_NAME.test(fields[2] ?? '')) now.set(fields[2]!, [fields[5], fields[9], fields[12]].map(Number))
      }
      const old = before
      before = now
      if (seconds <= 0) return null
      const series: Series = {}
      for (const [name, counters] of [...now].slice(0, MAX_DISKS)) {
        const start = old.get(name)
        if (start === undefined) continue
        const [read, written, busy] = counters.map((value, i) => Math.max(0, value - start[i]!)) as [
          number, number, number
        ]
        series[seriesName(name)] = {
          read_kib_s: round(read * SECTOR / 1024 / seconds),
          write_kib_s: round(written * SECTOR / 1024 / seconds),
          busy_percent: Math.min(100, round(busy / seconds / 10))
        }
      }
      return present(series)
    }
  }
}
