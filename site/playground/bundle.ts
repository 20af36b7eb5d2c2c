/**
 * The playground as one classic script, with the code of its worker inside.
 */
import { fileURLToPath } from "node:url"
import { type BuildOptions, build } from "esbuild"

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const common: BuildOptions & { readonly write: false } = {
  bundle: true,
  write: false,
  minify: true,
  target: "es2022",
  format: "iife",
  platform: "browser",
  tsconfig: at("../../tsconfig.json"),
  logLevel: "warning"
}

const textOf = async (options: BuildOptions): Promise<string> => {
  const { outputFiles } = await build({ ...common, ...options, write: false })
  return outputFiles[0]?.text ?? ""
}

export const playgroundScript = async (): Promise<string> => {
  const worker = await textOf({ entryPoints: [at("worker.ts")], keepNames: true })
  return textOf({ entryPoints: [at("page.ts")], define: { workerSource: JSON.stringify(worker) } })
}
