/** Points in time: each `atMs` of a result is printed as `at` in RFC 3339, too. */

/** Fields that hold milliseconds since the epoch. Others, such as `tookMs`, hold a duration. */
const instant = /^(at|since|from|asOf|gone)Ms$/;
/** Counted from zero, it is the time of a simulation: no date is before 1973. */
const earliestMs = 1e11;

/** Returns a result with its points in time in RFC 3339, too, however deep they are. */
export function withTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTimes);
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value).flatMap(([name, field]) => {
    const short = nameOfTime(name);
    const isTime = short !== undefined && !(short in value) && field >= earliestMs;
    const time = isTime ? [[short, new Date(field).toISOString()]] : [];
    return [[name, withTimes(field)], ...time];
  });
  return Object.fromEntries(fields);
}

/** Returns a JSON Schema that has these fields, too, wherever it has a point in time. */
export function schemaWithTimes<Schema>(schema: Schema): Schema {
  const add = (_: string, value: unknown): unknown => {
    if (value === null || typeof value !== "object" || !("properties" in value)) return value;
    const own = value.properties as Record<string, unknown>;
    const properties = Object.entries(own);
    const dated = properties.flatMap(([name, type]) => {
      const short = nameOfTime(name);
      const time = { description: `${name} in RFC 3339.`, type: "string", format: "date-time" };
      return [[name, type], ...(short === undefined ? [] : [[short, time]])];
    });
    return { ...value, properties: { ...Object.fromEntries(dated), ...own } };
  };
  return JSON.parse(JSON.stringify(schema, add)) as Schema;
}

function nameOfTime(name: string): string | undefined {
  return instant.exec(name)?.[1];
}
