/**
 * The demo company's leads, activities, notes and projects.
 */
import type { daysFrom, Seed, SeedRow } from "./seed.js"

/** The ids of the three users. */
export const ada = 13_000_001
export const tomas = 13_000_002
export const mei = 13_000_003

const owners = [ada, tomas, mei]

/** Distributes entities over the users. */
export const ownerOf = (at: number): number => owners[at % owners.length] ?? ada

/** Leads. */
export const leads = (day: ReturnType<typeof daysFrom>): ReadonlyArray<SeedRow> =>
  (
    [
      ["Second studio in Salford", 1, 1, 22_000, "GBP"],
      ["Wind park control room", 9, 6, 58_000, "EUR"],
      ["Optician's workshop", 13, 9, 7_500, "EUR"],
      ["Student lounge", 17, 12, 19_000, "GBP"],
      ["Model flats", 19, null, null, null],
      ["Warehouse office", 16, 11, 14_000, "EUR"]
    ] as const
  ).map(([title, person_id, organization_id, amount, currency], at) => ({
    title,
    person_id,
    organization_id,
    value: amount === null ? null : { amount, currency },
    owner_id: ownerOf(at),
    label_ids: at % 2 === 0 ? ["f08b69b1-4e75-11ea-9643-03698ef1cfd6"] : [],
    was_seen: at % 3 !== 0,
    add_time: day(-25 + at * 3, 13, at * 7)
  }))

/** Activities, done and open. */
export const activities = (day: ReturnType<typeof daysFrom>): ReadonlyArray<SeedRow> =>
  (
    [
      ["Call about the offer", "call", 1, 1],
      ["Measure the studio", "meeting", 1, -6],
      ["Send samples of oak", "task", 3, 2],
      ["Showroom visit", "meeting", 4, 5],
      ["Ask about the kitchen floor", "call", 5, 0],
      ["Offer for floor 2 due", "deadline", 6, 3],
      ["Lunch with Rui", "lunch", 7, -9],
      ["Write to the trustees", "email", 9, -2],
      ["Contract review", "meeting", 10, 7],
      ["Check the trial desks", "call", 11, -1],
      ["Plan of the waiting rooms", "task", 13, 4],
      ["Call the landlord in Lyon", "call", 16, 1],
      ["Site visit Lyon", "meeting", 16, 12],
      ["Bench drawings", "task", 19, -4],
      ["Follow up on the lecture hall", "call", 20, 2],
      ["Thank-you note", "email", 23, -30]
    ] as const
  ).map(([subject, type, deal_id, due], at) => ({
    subject,
    type,
    deal_id,
    owner_id: ownerOf(at),
    due_date: day(due).slice(0, 10),
    due_time: at % 3 === 0 ? "" : `${String(9 + (at % 8)).padStart(2, "0")}:30:00`,
    duration: at % 3 === 0 ? "" : "00:30:00",
    done: due < 0,
    note: at % 4 === 0 ? "See the drawings in the shared folder." : null,
    add_time: day(Math.min(due, 0) - 3, 10, at)
  }))

/** Notes. */
export const notes = (day: ReturnType<typeof daysFrom>): ReadonlyArray<SeedRow> =>
  (
    [
      ["<p>Prefers pine; oak only for the partners.</p>", { deal_id: 1, pinned_to_deal_flag: true }],
      ["<p>Decision needs the works council.</p>", { deal_id: 3 }],
      ["<p>Budget year ends in March.</p>", { org_id: 5 }],
      ["<p>Speaks German and English.</p>", { person_id: 4 }],
      ["<p>Wants delivery <b>before</b> the season starts.</p>", { deal_id: 16 }],
      ["<p>Met at the Cologne fair.</p>", { person_id: 14 }]
    ] as const
  ).map(([content, on], at) => ({ content, ...on, user_id: ownerOf(at), add_time: day(-20 + at * 2, 14, at) }))

/** Projects with their board and tasks. */
export const projects = (day: ReturnType<typeof daysFrom>): Seed => ({
  boards: [{ name: "Fitting" }],
  phases: ["Planning", "Production", "Fitting", "Done"].map((name) => ({ name, board_id: 1 })),
  projectTemplates: [{ title: "Office fitting", description: "From the plan to the last chair", projects_board_id: 1 }],
  projects: [
    {
      title: "Storage wall at Alder & Finch",
      board_id: 1,
      phase_id: 2,
      owner_id: mei,
      deal_ids: [23],
      person_ids: [2],
      org_ids: [1],
      start_date: day(-20).slice(0, 10),
      end_date: day(25).slice(0, 10)
    },
    { title: "Pilot room Bergen", phase_id: 4, status: "completed", deal_ids: [26], person_ids: [9], org_ids: [6] }
  ],
  tasks: [
    { title: "Order oak", project_id: 1, assignee_ids: [mei], is_done: true, due_date: day(-8).slice(0, 10) },
    { title: "Build the wall", project_id: 1, assignee_ids: [mei, tomas], due_date: day(9).slice(0, 10) },
    { title: "Paint it", project_id: 1, parent_task_id: 2 }
  ]
})
