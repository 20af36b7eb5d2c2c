/**
 * The answers that are measured: deals of 37 fields, as v2 sends them.
 */
const deal = (id: number) => ({
  id,
  title: `Deal ${id}: yearly licence, ${id * 7} seats`,
  creator_user_id: 101,
  owner_id: 101 + (id % 7),
  value: 1000 + id * 13,
  person_id: id * 2,
  org_id: id % 3 === 0 ? null : id * 3,
  stage_id: 1 + (id % 5),
  pipeline_id: 1,
  currency: "EUR",
  archive_time: null,
  add_time: "2026-05-15T09:55:02Z",
  update_time: "2026-05-16T10:16:44Z",
  stage_change_time: "2026-05-16T10:16:44Z",
  status: id % 4 === 0 ? "won" : "open",
  is_archived: false,
  is_deleted: false,
  probability: id % 2 === 0 ? null : 60,
  lost_reason: null,
  visible_to: 3,
  close_time: null,
  won_time: id % 4 === 0 ? "2026-05-16T10:16:44Z" : null,
  lost_time: null,
  local_won_date: id % 4 === 0 ? "2026-05-16" : null,
  local_lost_date: null,
  local_close_date: null,
  expected_close_date: "2026-09-30",
  label_ids: [1, 2, 3],
  origin: "ManuallyCreated",
  origin_id: null,
  channel: null,
  channel_id: null,
  source_lead_id: null,
  acv: 12000 + id,
  arr: 12000 + id,
  mrr: 1000 + id,
  custom_fields: {
    d1f443a570bc497f809f07309cd3a6903ffe8900: "north",
    "0e12d3b6afd62d3fa73d975c1f97b6b4d0ad6700": { value: 2300, currency: "EUR" },
    "7b1c6e0f5a2d4c3b8e9f0a1b2c3d4e5f60718293": id % 9
  }
})

/** The answer to `GET /api/v2/deals/1`. */
export const one = JSON.stringify({ success: true, data: deal(1) })

/** The answer to `GET /api/v2/deals?limit=500`. */
export const page = JSON.stringify({
  success: true,
  data: Array.from({ length: 500 }, (_, index) => deal(index + 1)),
  additional_data: { next_cursor: "eyJmaWVsZCI6ImlkIiwiZmllbGRWYWx1ZSI6NTAxfQ" }
})
