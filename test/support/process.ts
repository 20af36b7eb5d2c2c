/**
 * Processes that tests start.
 */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { dirname, join, resolve } from "node:path"

export interface Finished {
  readonly status: number | null
  readonly stdout: string
  /** What it wrote, to either stream, in order. */
  readonly output: string
}

export interface Options {
  readonly cwd?: string
  /** Added to a bare environment: nothing of the developer's own configuration reaches the process. */
  readonly env?: Readonly<Record<string, string>>
}

const inherited = ["PATH", "HOME", "USERPROFILE", "SystemRoot", "TEMP", "TMPDIR"]

const environment = (): Record<string, string> =>
  Object.fromEntries(
    inherited.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    })
  )

/** Runs a command to its end. */
export const run = (command: string, args: ReadonlyArray<string>, options: Options = {}): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...environment(), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      // npm is a script there
      shell: process.platform === "win32" && command === "npm"
    })
    let stdout = ""
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text
    })
    child.on("error", reject)
    child.on("close", (status) => resolve({ status, stdout, output }))
  })

/** Runs Node with arguments, to its end. */
export const node = (args: ReadonlyArray<string>, options: Options = {}): Promise<Finished> =>
  run(process.execPath, args, options)

/** A port that is free a moment before. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** A file of a package that is installed here, or in a folder above. */
export const installed = (path: string): string => {
  const search = (folder: string): string => {
    const file = join(folder, "node_modules", path)
    if (existsSync(file)) return file
    if (folder === dirname(folder)) throw new Error(`${path} is not installed`)
    return search(dirname(folder))
  }
  return search(resolve("."))
}
