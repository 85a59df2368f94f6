// Texts without what points at a person: phone and identity numbers, plates, mail addresses.

const HIDDEN = "■■■";
// What people write between the groups of a number.
const GAP = "[ ._\u2013\u2014-]?";
// Each with what stands before it, which stays: phones in use do not know how to look behind.
const PATTERNS = [
  /()[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  // Identity cards of 18 and 15 digits, bank cards of 16 to 19; the numbers of cases (20170305-000123) stay.
  new RegExp(`(^|\\D)\\d{6}${GAP}\\d{8}${GAP}\\d{3}[\\dXx](?!\\d)`, "g"),
  /(^|\D)\d{15}(?!\d)/g,
  new RegExp(`(^|\\D)\\d{4}(?:${GAP}\\d{4}){3}(?:${GAP}\\d{1,3})?(?!\\d)`, "g"),
  // Mobile and fixed telephones, also with +86, 400 and an extension.
  new RegExp(`(^|\\D)(?:\\+?86${GAP})?1[3-9]\\d(?:${GAP}\\d){8}(?!\\d)`, "g"),
  new RegExp(`(^|[^\\d-])[(]?0\\d{2,3}[)]?${GAP}\\d{3,4}${GAP}\\d{4}(?:[-转]\\d{1,6})?(?!\\d)`, "g"),
  new RegExp(`(^|\\D)[48]00(?:${GAP}\\d){7}(?!\\d)`, "g"),
  /()[零〇一二三四五六七八九幺两]{7,}/g,
  // Plates: 苏D12345, 苏D·D12345 of the new kind, 苏D1234警.
  /()[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][ ]?[A-Z][ ·•.・-]{0,2}[A-Z0-9]{4,5}(?:[A-Z0-9]|[挂学警港澳试超领使])/gi,
  // Fixed numbers of a place stand after words that say so.
  /((?:电话|手机|座机|微信|QQ|联系方式|身份证号?)\s*(?:号码?)?\s*[:：]?\s*)[\w-]{5,20}/gi,
];

/** A text for everybody's eyes. */
export function cleaned(text) {
  // Full-width digits, letters, + - . @ are the same to a reader.
  const plain = String(text ?? "").replace(/[\uff0b\uff0d\uff0e\uff10-\uff19\uff20-\uff3a\uff41-\uff5a]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0));
  return PATTERNS.reduce((said, pattern) => said.replace(pattern, `$1${HIDDEN}`), plain);
}
