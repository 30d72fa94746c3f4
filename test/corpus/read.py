"""Reads YAML for `oracle.mjs`: one JSON list of texts a line in, one JSON list of trees a line out.

A tree is a list of documents. A node is [kind, start, end, ...]: "s", value, style | "m", pairs |
"l", items | "a", anchor. Offsets are UTF-16 units, as JavaScript counts. A text that is not YAML
gives its error as a string.
"""

import json
import sys

import yaml

# libyaml, of which go-yaml is a port. The slow one reads the same, and serves where it is absent.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def offsets(text):
    """Returns a function from code points to UTF-16 units."""
    if all(ord(c) < 0x10000 for c in text):
        return lambda at: at
    table, units = [], 0
    for c in text:
        table.append(units)
        units += 1 + (ord(c) >= 0x10000)
    table.append(units)
    return lambda at: table[at]


def tree(text):
    bom = text.startswith("\ufeff")
    unit = offsets(text)
    place = lambda mark: unit(mark.index + bom)
    documents, open_nodes = [], []

    def add(node, anchor):
        if anchor is not None and node[0] != "a":
            node.append({"anchor": anchor})
        (open_nodes[-1][3] if open_nodes else documents).append(node)

    for event in yaml.parse(text[bom:], Loader=Loader):
        span = [place(event.start_mark), place(event.end_mark)]
        if isinstance(event, yaml.ScalarEvent):
            style = event.style or ("" if event.implicit[0] else "!")
            add(["s", *span, event.value, style], event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            add(["a", *span, event.anchor], None)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            kind = "m" if isinstance(event, yaml.MappingStartEvent) else "l"
            node = [kind, *span, []]
            add(node, event.anchor)
            open_nodes.append(node)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            open_nodes.pop()[2] = span[1]
    return documents


def answer(text):
    try:
        return tree(text)
    except Exception as error:  # whatever it is, this text gives no tree
        return " ".join(str(error).split()) or type(error).__name__


for line in sys.stdin:
    print(json.dumps([answer(text) for text in json.loads(line)]), flush=True)
