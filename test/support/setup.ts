/**
 * Lets a worker hear from Vitest between two tests. Effects that never wait run in microtasks, and a file of such tests may keep
 * its process busy for longer than Vitest waits for a word of it, on a slow machine.
 */
import { afterEach } from "vitest"
import "./equality.js"

afterEach(() => new Promise<void>((resolve) => void setImmediate(resolve)))
