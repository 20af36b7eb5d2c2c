/**
 * CPU time of interleaved contenders: every round runs each of them once, in a turning order, so that a busy neighbour
 * or a warming processor meets all of them alike.
 */
export interface Contender {
  readonly name: string
  /** Makes that many calls, and resolves when all have come back. */
  readonly run: (calls: number) => Promise<unknown>
}

export interface Measured {
  readonly name: string
  /** Median CPU time of one call, in microseconds. */
  readonly micros: number
  /** The same of each round. */
  readonly rounds: ReadonlyArray<number>
  /** Median over the rounds of this contender's time over the first one's. */
  readonly ratio: number
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

const cpu = async (contender: Contender, calls: number): Promise<number> => {
  globalThis.gc?.()
  const start = process.cpuUsage()
  await contender.run(calls)
  const used = process.cpuUsage(start)
  return (used.user + used.system) / calls
}

export const interleaved = async (
  contenders: ReadonlyArray<Contender>,
  options: { readonly rounds: number; readonly calls: number; readonly warmup: number }
): Promise<ReadonlyArray<Measured>> => {
  for (const contender of contenders) await contender.run(options.warmup)
  const times = contenders.map((): Array<number> => [])
  for (let round = 0; round < options.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      // forwards, then backwards: nobody always follows the same neighbour
      const index = (round + (round % 2 === 0 ? turn : contenders.length - turn)) % contenders.length
      const contender = contenders[index]
      if (contender !== undefined) times[index]?.push(await cpu(contender, options.calls))
    }
  }
  return contenders.map((contender, index) => ({
    name: contender.name,
    micros: median(times[index] ?? []),
    rounds: times[index] ?? [],
    ratio: median((times[index] ?? []).map((time, round) => time / (times[0]?.[round] ?? Number.NaN)))
  }))
}
