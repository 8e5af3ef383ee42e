/** Labels of SenML in JSON, by their integers in CBOR (RFC 8428, table 4). */
export const cborLabels: ReadonlyMap<number, string> = new Map([
  [-1, 'bver'], [-2, 'bn'], [-3, 'bt'], [-4, 'bu'], [-5, 'bv'], [-6, 'bs'],
  [0, 'n'], [1, 'u'], [2, 'v'], [3, 'vs'], [4, 'vb'], [5, 's'], [6, 't'], [7, 'ut'], [8, 'vd']
])
