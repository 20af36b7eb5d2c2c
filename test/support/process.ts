/**
 * Node processes that tests start.
 */
import { spawn } from "node:child_process"

export interface Finished {
  readonly status: number | null
  /** What it wrote, to either stream, in order. */
  readonly output: string
}

export interface Options {
  readonly cwd?: string
  /** Added to a bare environment: nothing of the developer's own configuration reaches the process. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs Node with arguments, to its end. */
export const run = (args: ReadonlyArray<string>, options: Options = {}): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text
      })
    }
    child.on("error", reject)
    child.on("close", (status) => resolve({ status, output }))
  })
