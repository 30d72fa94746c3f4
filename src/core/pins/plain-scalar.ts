/** Whether a word without quotes is text to the programs that read manifests. */

/** What YAML 1.1 takes for a truth value or for nothing, and go-yaml v2 as well. */
const constant =
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE|null|Null|NULL|~)$/;

/** Numbers to go-yaml, which knows more of them than any edition of YAML, without underscores. */
const number = /^(?:0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|\d+(?:\.\d*)?(?:[eE]-?\d+)?)$/;

/** What looks like a number or a date to YAML 1.1, were it a possible one or not. */
const loose = /^(?:0x[\da-fA-F_]+|0b[01_]+|\d{4}-\d\d?-\d\d?)$/;

/**
 * Returns whether a tag, written without quotes in a field of its own, is text to go-yaml (v2, v3,
 * and so kubectl, kustomize, Helm), to PyYAML and to the `yaml` package. What is text to some and a
 * number to others, as `yes` and `0x`, is not. `test/fixtures/yaml-words.txt` holds the evidence.
 */
export function readsAsText(tag: string): boolean {
  if (constant.test(tag) || loose.test(tag)) return false;
  return !(/^\d/.test(tag) && number.test(tag.replaceAll("_", "")));
}
