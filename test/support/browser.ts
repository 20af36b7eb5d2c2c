/**
 * A browser for tests, where scripts/services.sh has found one.
 */
import { type Browser, chromium } from "playwright-core"
import { service } from "./services.js"

export const executable: string | undefined = process.env.PIPEDRIVE_TEST_CHROMIUM

/** Says that tests will be skipped, if they will. */
export const mention = (what: string): void => void service("CHROMIUM", `not driven by a browser: ${what}`)

/**
 * As root, as in containers, Chromium has no sandbox of its own; it only sees our own pages here. Pages that a test makes up
 * come from nowhere, so it would not let them ask this machine.
 */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executable ?? "",
    args: ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"]
  })
