import type { Api } from '../in-place/api.node.js';
import { type PlacedCode, placeCode } from './code-memory.node.js';
import type { VectorSet } from './encoding.js';
import { type OperatorCode, writeOperator } from './operator.js';
import { operatorDomain, planOf } from './plan.js';

/** The structure `OrtCustomOp` of an operator whose code begins at an address. */
function structureOf({ version, fields }: OperatorCode, address: bigint): BigUint64Array {
  return BigUint64Array.from([BigInt(version), ...fields.map((place) => address + BigInt(place))]);
}

/** Operators in machine code, as the runtime knows them. */
export class MachineOperators {
  private readonly domain: bigint;
  private readonly placed: PlacedCode[] = [];
  /** Kept, as the runtime reads them as long as it has a session that uses them. */
  private readonly structures: BigUint64Array[] = [];

  /** @param types of the operators in a model */
  constructor(
    private readonly api: Api,
    types: readonly string[],
    set: VectorSet,
  ) {
    this.domain = api.made('CreateCustomOpDomain', operatorDomain);
    try {
      for (const type of types) {
        const code = writeOperator(planOf(type), type, set);
        const placed = placeCode(code.bytes);
        this.placed.push(placed);
        const structure = structureOf(code, placed.address);
        this.structures.push(structure);
        api.do('CustomOpDomain_Add', this.domain, structure);
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Lets a session that is made with options use them. */
  addTo(options: bigint): void {
    this.api.do('AddCustomOpDomain', options, this.domain);
  }

  /** Frees them; no session may use them. */
  release(): void {
    this.api.call('ReleaseCustomOpDomain', this.domain);
    for (const placed of this.placed) placed.free();
    this.structures.length = 0;
  }
}
