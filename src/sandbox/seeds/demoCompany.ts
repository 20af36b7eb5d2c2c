/**
 * The demo seed: a small maker of office furniture with three users in sales.
 */
import { activities, ada, leads, mei, notes, ownerOf, projects, tomas } from "./demoActivities.js"
import { daysFrom, type Seed, type SeedRow } from "./seed.js"

const users: ReadonlyArray<SeedRow> = [
  {
    id: ada,
    name: "Ada Keller",
    email: "ada@harbourpine.example",
    is_admin: true,
    has_created_company: true,
    default_currency: "EUR",
    timezone_name: "Europe/Berlin",
    timezone_offset: "+01:00"
  },
  { id: tomas, name: "Tomás Rivera", email: "tomas@harbourpine.example", default_currency: "EUR" },
  { id: mei, name: "Mei Tanaka", email: "mei@harbourpine.example", default_currency: "EUR", phone: "+442079460103" }
]

/** The keys of the demo's custom fields, for examples and tests. */
export const keys = {
  /** Deals, `enum`. */
  source: "a1f0c3d5e7b9021436587a9cbed0f1a2b3c4d5e6",
  /** Deals, `set`. */
  rooms: "b2a1d4e6f8c0132547698badcfe1a2b3c4d5e6f7",
  /** Deals, `monetary`. */
  deposit: "c3b2e5f7a9d1243658709cbed0f2b3c4d5e6f708",
  /** Deals, `date`. */
  fitting: "d4c3f6a8b0e2354769810adcfe13c4d5e6f70819",
  /** Deals, `timerange`. */
  window: "e5d4a7b9c1f3465870921bedf024d5e6f708192a",
  /** Deals, `user`. */
  planner: "f6e5b8c0d2a4576981032cfea135e6f708192a3b",
  /** Persons, `varchar`. */
  nickname: "07f6c9d1e3b5687092143dafb246f708192a3b4c",
  /** Persons, `set`. */
  interests: "18a7d0e2f4c6798103254eb0c3570819a2b3c4d5",
  /** Organizations, `varchar`. */
  taxNumber: "29b8e1f3a5d7809214365fc1d46819a2b3c4d5e6",
  /** Organizations, `double`. */
  desks: "3ac9f2a4b6e8910325476ad2e5792ab3c4d5e6f7",
  /** Organizations, `address`. */
  delivery: "4bdaa3b5c7f9021436587be3f68a3bc4d5e6f708",
  /** Organizations, `enum`. */
  segment: "6dfcc5d7e91b2436587a9db5b85cd5e6f7081a2b",
  /** Projects, `enum`. */
  phase: "7e0dd6e8fa2c3547698bace6c96de6f708192b3c",
  /** Products, `enum`. */
  material: "5cebb4c6d80a132547698cf4a79b4cd5e6f70819"
} as const

const pipelines: ReadonlyArray<SeedRow> = [
  { name: "Sales", url_title: "default", is_deal_probability_enabled: true },
  { name: "Partners", is_deal_probability_enabled: false }
]

const stages: ReadonlyArray<SeedRow> = [
  ["Enquiry", 1, 10, null],
  ["Needs known", 1, 30, null],
  ["Showroom visit", 1, 50, 14],
  ["Offer sent", 1, 70, 21],
  ["Negotiation", 1, 90, 10],
  ["First talk", 2, 100, null],
  ["Trial order", 2, 100, null],
  ["Contract", 2, 100, null]
].map(([name, pipeline_id, deal_probability, days]) => ({
  name,
  pipeline_id,
  deal_probability,
  is_deal_rot_enabled: days !== null,
  days_to_rotten: days
}))

const companies: ReadonlyArray<readonly [name: string, street: string, city: string, country: string, desks: number]> =
  [
    ["Alder & Finch Architects", "12 Canal Street", "Manchester", "United Kingdom", 48],
    ["Blaustein Maschinenbau", "Hafenweg 9", "Münster", "Germany", 210],
    ["Cassava Foods", "41 Market Lane", "Leeds", "United Kingdom", 75],
    ["Dune Robotics", "Rua do Ouro 88", "Lisbon", "Portugal", 130],
    ["Elmwood Library Trust", "3 Castle Hill", "Lincoln", "United Kingdom", 22],
    ["Fjordlys Energi", "Strandgaten 17", "Bergen", "Norway", 340],
    ["Granite Legal", "80 Queen Street", "Edinburgh", "United Kingdom", 64],
    ["Heron Health Clinics", "5 Mill Road", "Cambridge", "United Kingdom", 150],
    ["Iris Optik", "Lindenallee 2", "Hamburg", "Germany", 35],
    ["Jasmin Coworking", "27 rue des Lilas", "Lyon", "France", 500],
    ["Kestrel Airfreight", "Hangar 4, Airport Way", "Liège", "Belgium", 90],
    ["Lumen School of Design", "19 Harbour Walk", "Bristol", "United Kingdom", 180]
  ]

const persons: ReadonlyArray<readonly [name: string, org: number | null, job: string, phone: string | null]> = [
  ["Hannah Alder", 1, "Partner", "+441614960001"],
  ["Peter Finch", 1, "Office manager", "+441614960002"],
  ["Jürgen Blaustein", 2, "Managing director", "+4925155500"],
  ["Sabine Öztürk", 2, "Head of purchasing", "+4925155507"],
  ["Grace Obi", 3, "Operations", "+441134960031"],
  ["Rui Carvalho", 4, "Facility manager", "+351210000041"],
  ["Inês Duarte", 4, "Chief of staff", null],
  ["Walter Pym", 5, "Librarian", "+441522960051"],
  ["Solveig Dahl", 6, "Workplace lead", "+4755000061"],
  ["Anders Lie", 6, "Purchasing", null],
  ["Moira Grant", 7, "Practice manager", "+441314960071"],
  ["Dr Samuel Reed", 8, "Medical director", "+441223960081"],
  ["Lena Vogt", 9, "Owner", "+494055500091"],
  ["Chloé Martin", 10, "Founder", "+33478000101"],
  ["Hugo Petit", 10, "Community manager", null],
  ["Jan De Smet", 11, "Terminal manager", "+3242000111"],
  ["Fiona Marsh", 12, "Dean", "+441174960121"],
  ["Omar Haddad", 12, "Estates", "+441174960122"],
  ["Nadia Brooks", null, "Freelance interior designer", "+447700900191"],
  ["Kofi Mensah", null, "Consultant", null]
]

const mailOf = (name: string, org: number | null): string => {
  const plain = name
    .normalize("NFD")
    .replace(/[^A-Za-z ]/g, "")
    .toLowerCase()
    .split(" ")
  const company = companies[(org ?? 0) - 1]?.[0] ?? "mail"
  const host = company
    .normalize("NFD")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase()
  return `${plain[plain.length - 1]}@${host}.example`
}

type Deal = readonly [
  title: string,
  person: number | null,
  stage: number,
  value: number,
  currency: string,
  age: number,
  more?: SeedRow
]

const deals: ReadonlyArray<Deal> = [
  ["48 standing desks for the new studio", 1, 4, 38_400, "GBP", 41, { label_ids: [1], probability: 80 }],
  ["Meeting room tables", 2, 2, 6_200, "GBP", 12],
  ["Refit of the assembly office", 3, 5, 126_000, "EUR", 63, { label_ids: [1] }],
  ["Canteen seating", 4, 3, 21_500, "EUR", 30],
  ["Chairs for the test kitchen", 5, 1, 4_300, "GBP", 4],
  ["Headquarters, floor 2", 6, 4, 87_000, "EUR", 38, { label_ids: [2] }],
  ["Headquarters, floor 3", 6, 2, 74_500, "EUR", 21],
  ["Lobby furniture", 7, 1, 9_900, "EUR", 6],
  ["Reading room lamps", 8, 3, 3_150, "GBP", 25, { label_ids: [3] }],
  ["Framework contract Bergen", 9, 8, 240_000, "EUR", 90],
  ["Trial order, 20 desks", 10, 7, 15_800, "EUR", 33],
  ["Partner desks", 11, 4, 18_700, "GBP", 29],
  ["Waiting rooms in four clinics", 12, 3, 52_000, "GBP", 45, { label_ids: [1, 2] }],
  ["Acoustic panels", 12, 2, 8_800, "GBP", 16],
  ["Shop counter", 13, 1, 5_600, "EUR", 3],
  ["Coworking Lyon, phase 1", 14, 5, 310_000, "EUR", 75, { label_ids: [1] }],
  ["Coworking Lyon, phase 2", 15, 1, 280_000, "EUR", 20],
  ["Night shift break room", 16, 2, 12_400, "EUR", 18],
  ["Workshop benches", 17, 4, 44_000, "GBP", 36],
  ["Lecture hall seating", 18, 3, 96_000, "GBP", 50],
  ["Show flat furniture", 19, 1, 7_250, "GBP", 8],
  ["Referral agreement", 20, 6, 0, "EUR", 14],
  ["Storage wall", 2, 4, 11_300, "GBP", 80, { status: "won", won: 35 }],
  ["Desk lamps for the drawing office", 3, 4, 9_400, "EUR", 120, { status: "won", won: 61 }],
  ["Reception desk", 11, 5, 6_900, "GBP", 70, { status: "won", won: 22 }],
  ["Pilot room", 9, 7, 31_000, "EUR", 150, { status: "won", won: 95 }],
  ["Library shelving", 8, 4, 27_000, "GBP", 100, { status: "lost", lost: 40, lost_reason: "Budget cut" }],
  ["Phone booths", 15, 3, 64_000, "EUR", 85, { status: "lost", lost: 30, lost_reason: "Went with a competitor" }],
  ["Lockers", 16, 2, 5_200, "EUR", 60, { status: "lost", lost: 45, lost_reason: "No answer" }],
  ["Old showroom stock", 13, 1, 2_400, "EUR", 200, { is_archived: true, status: "lost", lost: 170 }]
]

const products: ReadonlyArray<readonly [name: string, code: string, price: number, cost: number, unit: string]> = [
  ["Standing desk Pine", "DSK-PINE", 640, 310, "piece"],
  ["Standing desk Oak", "DSK-OAK", 790, 395, "piece"],
  ["Task chair Harbour", "CHR-HRB", 385, 170, "piece"],
  ["Meeting table 240", "TBL-240", 1_250, 600, "piece"],
  ["Acoustic panel", "ACO-100", 145, 60, "piece"],
  ["Phone booth Solo", "BTH-1", 5_400, 2_900, "piece"],
  ["Fitting by our team", "SRV-FIT", 95, 55, "hour"],
  ["Yearly care", "SRV-CARE", 480, 120, "year"]
]

/** Makes the demo seed, with times relative to `now`. */
export const demo = (now: string): Seed => {
  const day = daysFrom(now)
  return {
    company: { name: "Harbour & Pine", domain: "harbourpine", country: "GB", industry: "Furniture" },
    users: users.map((row, at) => ({ ...row, created: day(-400 + at) })),
    leadLabels: [
      { id: "f08b42a0-4e75-11ea-9643-03698ef1cfd6", name: "Hot", color: "red" },
      { id: "f08b69b1-4e75-11ea-9643-03698ef1cfd6", name: "Warm", color: "yellow" },
      { id: "f08b69b2-4e75-11ea-9643-03698ef1cfd6", name: "Cold", color: "blue" }
    ],
    dealFields: [
      {
        field_code: keys.source,
        field_name: "How they found us",
        field_type: "enum",
        options: ["Fair", "Referral", "Website"]
      },
      {
        field_code: keys.rooms,
        field_name: "Rooms",
        field_type: "set",
        options: ["Office", "Meeting", "Lobby", "Canteen"]
      },
      { field_code: keys.deposit, field_name: "Deposit", field_type: "monetary" },
      { field_code: keys.fitting, field_name: "Fitting day", field_type: "date" },
      { field_code: keys.window, field_name: "Delivery window", field_type: "timerange" },
      { field_code: keys.planner, field_name: "Planner", field_type: "user" }
    ],
    personFields: [
      { field_code: keys.nickname, field_name: "Nickname", field_type: "varchar" },
      {
        field_code: keys.interests,
        field_name: "Interests",
        field_type: "set",
        options: ["Catalogue", "Events", "Repairs"]
      }
    ],
    organizationFields: [
      { field_code: keys.taxNumber, field_name: "Tax number", field_type: "varchar" },
      { field_code: keys.desks, field_name: "Desks", field_type: "double" },
      { field_code: keys.delivery, field_name: "Delivery address", field_type: "address" },
      { field_code: keys.segment, field_name: "Segment", field_type: "enum", options: ["Small", "Middle", "Large"] }
    ],
    projectFields: [
      {
        field_code: keys.phase,
        field_name: "Building phase",
        field_type: "enum",
        options: ["Plan", "Shell", "Interior"]
      }
    ],
    productFields: [
      {
        field_code: keys.material,
        field_name: "Material",
        field_type: "enum",
        options: ["Pine", "Oak", "Steel", "Felt"]
      }
    ],
    pipelines: pipelines.map((row) => ({ ...row, add_time: day(-390) })),
    stages: stages.map((row) => ({ ...row, add_time: day(-390) })),
    organizations: companies.map(([name, street, locality, country, desks], at) => ({
      name,
      owner_id: ownerOf(at),
      address: { value: `${street}, ${locality}, ${country}`, locality, country },
      label_ids: at % 3 === 0 ? [1] : at % 3 === 1 ? [3] : [],
      employee_count: desks + 12,
      custom_fields: {
        [keys.desks]: desks,
        [keys.segment]: desks < 60 ? 1 : desks < 200 ? 2 : 3,
        ...(at % 4 === 0 ? { [keys.taxNumber]: `GB${900_000_000 + at * 7919}` } : {}),
        ...(at % 5 === 1 ? { [keys.delivery]: { value: `Dock 2, ${locality}`, locality, country } } : {})
      },
      add_time: day(-300 + at * 20, 10, at)
    })),
    persons: persons.map(([name, org_id, job_title, phone], at) => ({
      name,
      org_id,
      job_title,
      owner_id: ownerOf(at),
      emails: [
        { value: mailOf(name, org_id), label: "work", primary: true },
        ...(at % 6 === 0 ? [{ value: `${at}.private@mail.example`, label: "home", primary: false }] : [])
      ],
      phones: phone === null ? [] : [{ value: phone, label: "work", primary: true }],
      label_ids: at % 4 === 0 ? [1] : [],
      custom_fields: at % 5 === 0 ? { [keys.nickname]: name.slice(0, 3), [keys.interests]: [1, 2] } : {},
      add_time: day(-280 + at * 11, 11, at)
    })),
    products: products.map(([name, code, price, cost, unit], at) => ({
      name,
      code,
      unit,
      tax: 20,
      owner_id: ownerOf(at),
      prices: [{ price, currency: "EUR", cost, direct_cost: 0, notes: "" }],
      billing_frequency: code === "SRV-CARE" ? "annually" : "one-time",
      custom_fields: at < 2 ? { [keys.material]: at + 1 } : {},
      add_time: day(-350 + at, 8)
    })),
    deals: deals.map(([title, person_id, stage_id, value, currency, age, more = {}], at) => {
      const { lost, won, ...rest } = more
      return {
        title,
        person_id,
        org_id: persons[(person_id ?? 0) - 1]?.[1] ?? null,
        stage_id,
        value,
        currency,
        owner_id: ownerOf(at),
        add_time: day(-age, 9 + (at % 8), at),
        ...(more.status === undefined ? { expected_close_date: day(10 + at * 3).slice(0, 10) } : {}),
        ...(typeof won === "number" ? { won_time: day(-won, 15) } : {}),
        ...(typeof lost === "number" ? { lost_time: day(-lost, 16) } : {}),
        custom_fields: {
          [keys.source]: (at % 3) + 1,
          ...(at % 4 === 0 ? { [keys.rooms]: [1, 2] } : {}),
          ...(at % 5 === 0 ? { [keys.deposit]: { value: Math.round(value / 10), currency } } : {}),
          ...(at % 7 === 0 ? { [keys.fitting]: day(40 + at).slice(0, 10) } : {}),
          ...(at % 9 === 0 ? { [keys.window]: { value: "08:00:00", until: "11:30:00" } } : {}),
          ...(at % 6 === 0 ? { [keys.planner]: mei } : {})
        },
        ...rest
      }
    }),
    leads: leads(day),
    activities: activities(day),
    notes: notes(day),
    ...projects(day)
  }
}
