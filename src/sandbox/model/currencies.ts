/**
 * The currencies: code, name, decimal digits, symbol.
 */
import type { Row } from "./world.js"

// those of the demo come first
const packed = `
USD|US Dollar|2|$
EUR|Euro|2|€
GBP|Pound Sterling|2|£
SEK|Swedish Krona|2|kr
JPY|Japanese Yen|0|¥
AED|United Arab Emirates Dirham|2|AED
AFN|Afghan Afghani|0|؋
ALL|Albanian Lek|0|ALL
AMD|Armenian Dram|2|֏
ANG|Netherlands Antillean Guilder|2|ANG
AOA|Angolan Kwanza|2|Kz
ARS|Argentine Peso|2|$
AUD|Australian Dollar|2|$
AWG|Aruban Florin|2|AWG
AZN|Azerbaijani Manat|2|₼
BBD|Barbadian Dollar|2|$
BDT|Bangladeshi Taka|2|৳
BGN|Bulgarian Lev|2|BGN
BHD|Bahraini Dinar|3|BHD
BIF|Burundian Franc|0|BIF
BMD|Bermudan Dollar|2|$
BND|Brunei Dollar|2|$
BOB|Bolivian Boliviano|2|Bs
BRL|Brazilian Real|2|R$
BSD|Bahamian Dollar|2|$
BTN|Bhutanese Ngultrum|2|BTN
BWP|Botswanan Pula|2|P
BYN|Belarusian Ruble|2|BYN
BZD|Belize Dollar|2|$
CAD|Canadian Dollar|2|$
CDF|Congolese Franc|2|CDF
CHF|Swiss Franc|2|CHF
CLP|Chilean Peso|0|$
CNY|Chinese Yuan|2|¥
COP|Colombian Peso|0|$
CRC|Costa Rican Colón|2|₡
CUP|Cuban Peso|2|$
CVE|Cape Verdean Escudo|2|CVE
CZK|Czech Koruna|2|Kč
DJF|Djiboutian Franc|0|DJF
DKK|Danish Krone|2|kr
DOP|Dominican Peso|2|$
DZD|Algerian Dinar|2|DZD
EGP|Egyptian Pound|2|E£
ERN|Eritrean Nakfa|2|ERN
ETB|Ethiopian Birr|2|ETB
FJD|Fijian Dollar|2|$
FKP|Falkland Islands Pound|2|£
GEL|Georgian Lari|2|₾
GHS|Ghanaian Cedi|2|GH₵
GIP|Gibraltar Pound|2|£
GMD|Gambian Dalasi|2|GMD
GNF|Guinean Franc|0|FG
GTQ|Guatemalan Quetzal|2|Q
GYD|Guyanaese Dollar|2|$
HKD|Hong Kong Dollar|2|$
HNL|Honduran Lempira|2|L
HRK|Croatian Kuna|2|kn
HTG|Haitian Gourde|2|HTG
HUF|Hungarian Forint|0|Ft
IDR|Indonesian Rupiah|0|Rp
ILS|Israeli New Shekel|2|₪
INR|Indian Rupee|2|₹
IQD|Iraqi Dinar|0|IQD
IRR|Iranian Rial|0|IRR
ISK|Icelandic Króna|0|kr
JMD|Jamaican Dollar|2|$
JOD|Jordanian Dinar|3|JOD
KES|Kenyan Shilling|2|KES
KGS|Kyrgyz Som|2|⃀
KHR|Cambodian Riel|2|៛
KMF|Comorian Franc|0|CF
KPW|North Korean Won|0|₩
KRW|South Korean Won|0|₩
KWD|Kuwaiti Dinar|3|KWD
KYD|Cayman Islands Dollar|2|$
KZT|Kazakhstani Tenge|2|₸
LAK|Laotian Kip|0|₭
LBP|Lebanese Pound|0|L£
LKR|Sri Lankan Rupee|2|Rs
LRD|Liberian Dollar|2|$
LSL|Lesotho Loti|2|LSL
LYD|Libyan Dinar|3|LYD
MAD|Moroccan Dirham|2|MAD
MGA|Malagasy Ariary|0|Ar
MKD|Macedonian Denar|2|MKD
MMK|Myanmar Kyat|0|K
MNT|Mongolian Tugrik|2|₮
MOP|Macanese Pataca|2|MOP
MRU|Mauritanian Ouguiya|2|MRU
MUR|Mauritian Rupee|2|Rs
MVR|Maldivian Rufiyaa|2|MVR
MWK|Malawian Kwacha|2|MWK
MXN|Mexican Peso|2|$
MYR|Malaysian Ringgit|2|RM
MZN|Mozambican Metical|2|MZN
NAD|Namibian Dollar|2|$
NGN|Nigerian Naira|2|₦
NIO|Nicaraguan Córdoba|2|C$
NOK|Norwegian Krone|2|kr
NPR|Nepalese Rupee|2|Rs
NZD|New Zealand Dollar|2|$
OMR|Omani Rial|3|OMR
PAB|Panamanian Balboa|2|PAB
PEN|Peruvian Sol|2|PEN
PGK|Papua New Guinean Kina|2|PGK
PHP|Philippine Peso|2|₱
PKR|Pakistani Rupee|0|Rs
PLN|Polish Zloty|2|zł
PYG|Paraguayan Guarani|0|₲
QAR|Qatari Riyal|2|QAR
RON|Romanian Leu|2|lei
RSD|Serbian Dinar|2|RSD
RUB|Russian Ruble|2|₽
RWF|Rwandan Franc|0|RF
SAR|Saudi Riyal|2|SAR
SBD|Solomon Islands Dollar|2|$
SCR|Seychellois Rupee|2|SCR
SDG|Sudanese Pound|2|SDG
SGD|Singapore Dollar|2|$
SHP|St. Helena Pound|2|£
SLE|Sierra Leonean Leone|2|SLE
SOS|Somali Shilling|0|SOS
SRD|Surinamese Dollar|2|$
SSP|South Sudanese Pound|2|£
STN|São Tomé & Príncipe Dobra|2|Db
SVC|Salvadoran Colón|2|SVC
SYP|Syrian Pound|0|£
SZL|Swazi Lilangeni|2|SZL
THB|Thai Baht|2|฿
TJS|Tajikistani Somoni|2|TJS
TMT|Turkmenistani Manat|2|TMT
TND|Tunisian Dinar|3|TND
TOP|Tongan Paʻanga|2|T$
TRY|Turkish Lira|2|₺
TTD|Trinidad & Tobago Dollar|2|$
TWD|New Taiwan Dollar|2|$
TZS|Tanzanian Shilling|2|TZS
UAH|Ukrainian Hryvnia|2|₴
UGX|Ugandan Shilling|0|UGX
UYU|Uruguayan Peso|2|$
UZS|Uzbekistani Som|2|UZS
VES|Venezuelan Bolívar|2|VES
VND|Vietnamese Dong|0|₫
VUV|Vanuatu Vatu|0|VUV
WST|Samoan Tala|2|WST
XAF|Central African CFA Franc|0|FCFA
XCD|East Caribbean Dollar|2|$
XOF|West African CFA Franc|0|F CFA
XPF|CFP Franc|0|CFPF
YER|Yemeni Rial|0|YER
ZAR|South African Rand|2|R
ZMW|Zambian Kwacha|2|ZK
`

/** Rows of every world, never changed. */
export const currencies: ReadonlyArray<Row> = /*#__PURE__*/ (() =>
  packed
    .trim()
    .split("\n")
    .map((line, at) => {
      const [code = "", name = "", digits = "2", symbol = ""] = line.split("|")
      return {
        id: at + 1,
        code,
        name,
        decimal_points: Number(digits),
        symbol,
        active_flag: true,
        is_custom_flag: false
      }
    }))()
