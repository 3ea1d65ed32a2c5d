const COLUMNS = ['Hospital', 'Diagnosis', 'Treatment', 'Recovery Time'];

// Yields lines, a chunk's at a time. A line break between quotes ends no line.
async function* linesOf(stream) {
  const decoder = new TextDecoder('utf-8', { fatal: true }); // drops a byte order mark
  let rest = '';
  const split = (text) => {
    const lines = text.split('\n');
    if (text.includes('"')) {
      for (let i = 0; i < lines.length - 1; ) {
        if (lines[i].split('"').length % 2) i++;
        else lines.splice(i, 2, `${lines[i]}\n${lines[i + 1]}`);
      }
    }
    rest = lines.pop();
    return lines;
  };
  for await (const chunk of stream) yield split(rest + decoder.decode(chunk, { stream: true }));
  yield split(rest + decoder.decode(new Uint8Array(0)));
  yield [rest];
}

const QUOTED = /("(?:[^"]|"")*"|[^",]*)(,|$)/y;

const fieldsOf = (line) => {
  if (line.endsWith('\r')) line = line.slice(0, -1);
  if (!line.includes('"')) return line.split(',');
  const fields = [];
  QUOTED.lastIndex = 0;
  for (;;) {
    const match = QUOTED.exec(line);
    if (!match) throw new Error('bad quotes');
    const [, field, end] = match;
    fields.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (!end) return fields;
  }
};

const blank = (line) => line === '' || line === '\r';

// Reduces CSV to its groups. It comes as a stream, or anything else that yields its bytes.
export const reduce = async (stream) => {
  let columns;
  let fields;
  let rows = 0;
  const hospitals = new Map(); // of maps of groups by diagnosis
  const groups = [];
  for await (const lines of linesOf(stream)) {
    for (const line of lines) {
      if (blank(line)) continue;
      const record = fieldsOf(line);
      if (!columns) {
        columns = COLUMNS.map((name) => record.indexOf(name));
        if (columns.includes(-1)) throw new Error('the header lacks a column');
        fields = record.length;
        continue;
      }
      rows++;
      if (record.length !== fields) throw new Error(`row ${rows}: wrong number of fields`);
      const hospital = record[columns[0]];
      const diagnosis = record[columns[1]];
      const treatment = record[columns[2]];
      const text = record[columns[3]];
      const days = Number(text);
      if (text === '' || Number.isNaN(days)) throw new Error(`row ${rows}: recovery time: no number`);

      let diagnoses = hospitals.get(hospital);
      if (!diagnoses) hospitals.set(hospital, (diagnoses = new Map()));
      let group = diagnoses.get(diagnosis);
      if (!group) {
        group = { hospital, diagnosis, rows: 0, days: 0, treatments: new Map() };
        diagnoses.set(diagnosis, group);
        groups.push(group);
      }
      group.rows++;
      group.days += days; // exact as long as the file has whole days
      group.treatments.set(treatment, (group.treatments.get(treatment) ?? 0) + 1);
    }
  }
  if (!columns) throw new Error('the file has no header');
  return { groups, rows };
};

const encoder = new TextEncoder();

// In byte order, of two names that are not the same.
const before = (a, b) => {
  const [x, y] = [encoder.encode(a), encoder.encode(b)];
  const i = x.findIndex((byte, at) => byte !== y[at]);
  return i < 0 || x[i] < y[i];
};

// The most frequent treatment, of several the first in byte order.
export const mode = ({ treatments }) => {
  let best;
  let most = 0;
  for (const [name, n] of treatments) {
    if (n > most || (n === most && before(name, best))) {
      best = name;
      most = n;
    }
  }
  return best;
};
