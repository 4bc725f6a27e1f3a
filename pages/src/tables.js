// Charts for documents that are named tables, by the table's name.
export function tableChart(name, doc) {
  return undefined;
}
