import type * as Koffi from 'koffi';
import { UserError } from '../../base/errors.js';
import { loadKoffi } from '../in-place/koffi.node.js';
import type { MpiAddress } from './address.js';
import { type Launch, launchOf } from './launch.js';
import type { Adder, MpiRanks } from './ranks.js';

/*
 * MPI through koffi, the package that calls functions of shared libraries. The functions are the same in
 * every MPI; the handle of a communicator, a type or an operation is not: a pointer to an object of the
 * library in Open MPI, a number in MPICH and all that follow it (Intel MPI, MVAPICH, Cray MPICH).
 */

type Kind = MpiAddress['abi'];

/** A handle: a pointer in Open MPI, a number in MPICH. */
type Handle = bigint | number;

interface Abi {
  /** The type of a handle in C. */
  readonly handle: string;
  /** Symbols of the library, or numbers of its header. */
  readonly handles: Readonly<Record<'world' | 'float' | 'double' | 'sum', string | number>>;
  /** The address that stands for the buffer itself. */
  readonly inPlace: bigint;
}

const abis: Readonly<Record<Kind, Abi>> = {
  openmpi: {
    handle: 'void *',
    handles: {
      world: 'ompi_mpi_comm_world',
      float: 'ompi_mpi_float',
      double: 'ompi_mpi_double',
      sum: 'ompi_mpi_op_sum',
    },
    inPlace: 1n,
  },
  mpich: {
    handle: 'int',
    handles: { world: 0x44000000, float: 0x4c00040a, double: 0x4c00080b, sum: 0x58000003 },
    inPlace: 2n ** 64n - 1n,
  },
};

/** `MPI_THREAD_SERIALIZED`: several threads ask, one at a time. */
const serialized = 2;

/** Names of the shared library, the more exact ones first. */
const libraries: Readonly<Record<Kind, readonly string[]>> = {
  openmpi: ['libmpi.so.40', 'libmpi.so.80', 'libmpi.40.dylib', 'libmpi.so', 'libmpi.dylib'],
  mpich: [
    'libmpich.so.12',
    'libmpi.so.12',
    'libmpi.12.dylib',
    'libmpi.so',
    'libmpi.dylib',
    'msmpi.dll',
  ],
};

/**
 * The setting of UCX, on which MPICH and Open MPI may lie, for its watch over the process's memory. With several threads
 * that watch ends some processes by a segmentation fault (openucx/ucx#3831); only InfiniBand gains by it.
 */
const memoryEvents = 'UCX_MEM_EVENTS';

/** Numbers that one call of MPI takes at most. */
const mostNumbers = 2 ** 30;

type Library = ReturnType<typeof Koffi.load>;

function tryLoad(koffi: typeof Koffi, name: string): Library | undefined {
  try {
    // Parts of Open MPI that it loads itself look for its symbols in the process's.
    return koffi.load(name, { global: true });
  } catch {
    return undefined;
  }
}

/** The version that a library says it is; the first line. */
function versionOf(library: Library): string {
  const text = new Uint8Array(8192);
  const length: number[] = [0];
  library.func('int MPI_Get_library_version(_Out_ uint8_t *text, _Out_ int *length)')(text, length);
  const line = new TextDecoder().decode(text.subarray(0, length[0])).split(/[\n\0]/)[0]!;
  return line.replace(/,.*$/, '').replace(/:\s+/, ' ').trim();
}

interface Found {
  readonly library: Library;
  readonly name: string;
  readonly abi: Kind;
  readonly version: string;
}

/** @throws UserError when there is no library of MPI */
function findLibrary(koffi: typeof Koffi, wanted: Kind | undefined): Found {
  const given = process.env.VAEKIT_MPI;
  const kinds: readonly Kind[] = wanted === 'mpich' ? ['mpich', 'openmpi'] : ['openmpi', 'mpich'];
  const names = given ? [given] : kinds.flatMap((kind) => libraries[kind]);
  for (const name of names) {
    const library = tryLoad(koffi, name);
    if (!library) continue;
    const version = versionOf(library);
    const abi = /open mpi/i.test(version) ? 'openmpi' : 'mpich';
    if (given || wanted === undefined || abi === wanted) return { library, name, abi, version };
  }
  const whose = { openmpi: 'Open MPI', mpich: 'MPICH' };
  throw new UserError(
    given
      ? `VAEKIT_MPI is ${given}, which cannot be loaded as a shared library. Give the path of the MPI of this mpirun.`
      : `The library of ${wanted ? whose[wanted] : 'MPI'} was not found (${names.join(', ')}). Set VAEKIT_MPI to its path.`,
  );
}

/** The functions of MPI that are used. */
class Mpi {
  private readonly handles: Readonly<Record<keyof Abi['handles'], Handle>>;
  private readonly reduce: ReturnType<Library['func']>;

  constructor(
    readonly library: Library,
    private readonly abi: Abi,
  ) {
    const { handle, handles } = abi;
    const handleOf = (name: string | number): Handle =>
      typeof name === 'number' ? name : (library.symbol(name) as bigint);
    this.handles = {
      world: handleOf(handles.world),
      float: handleOf(handles.float),
      double: handleOf(handles.double),
      sum: handleOf(handles.sum),
    };
    this.reduce = library.func(
      `int MPI_Allreduce(void *from, void *to, int count, ${handle} type, ${handle} operation, ${handle} ranks)`,
    );
  }

  /** @throws UserError when MPI cannot be used by threads */
  begin(): void {
    const given: number[] = [0];
    const code: number = this.library.func(
      'int MPI_Init_thread(void *count, void *arguments, int wanted, _Out_ int *given)',
    )(null, null, serialized, given);
    check(code, 'MPI_Init_thread');
    if (given[0]! >= serialized) return;
    throw new UserError(
      'This MPI was built without threads (MPI_THREAD_SERIALIZED). Use one that has them.',
    );
  }

  /** A number that MPI knows of all ranks. */
  ask(name: 'MPI_Comm_rank' | 'MPI_Comm_size'): number {
    const found: number[] = [0];
    const code: number = this.library.func(
      `int ${name}(${this.abi.handle} ranks, _Out_ int *found)`,
    )(this.handles.world, found);
    check(code, name);
    return found[0]!;
  }

  private arguments(values: Float32Array | Float64Array) {
    const { world, float, double, sum } = this.handles;
    const type = values instanceof Float32Array ? float : double;
    return [this.abi.inPlace, values, values.length, type, sum, world] as const;
  }

  sum(values: Float32Array): void {
    for (let start = 0; start < values.length; start += mostNumbers) {
      const part = values.subarray(start, start + mostNumbers);
      check(this.reduce(...this.arguments(part)) as number, 'MPI_Allreduce');
    }
  }

  async sumMeanwhile(values: Float64Array): Promise<void> {
    const code = await new Promise<number>((resolve, reject) => {
      this.reduce.async(...this.arguments(values), (error: unknown, found: number) =>
        error ? reject(error) : resolve(found),
      );
    });
    check(code, 'MPI_Allreduce');
  }

  async leave(): Promise<void> {
    const end = this.library.func('int MPI_Finalize()');
    await new Promise<void>((resolve, reject) => {
      end.async((error: unknown) => (error ? reject(error) : resolve()));
    });
  }

  abort(code: number): never {
    this.library.func(`int MPI_Abort(${this.abi.handle} ranks, int code)`)(
      this.handles.world,
      code,
    );
    return process.exit(code);
  }
}

function check(code: number, name: string): void {
  if (code !== 0) throw new Error(`${name} failed with code ${code}`);
}

/** The sums of ranks of an address, for a thread beside the one that joined them. */
export function mpiAdder({ library, abi }: MpiAddress): Adder {
  return new Mpi(loadKoffi().load(library, { global: true }), abis[abi]);
}

/** @throws UserError when the launcher and the library are not of one MPI */
function checkSize({ launcher, size }: Launch, found: number, version: string): void {
  if (size === found) return;
  const way =
    launcher === 'srun'
      ? 'Start it with the MPI of this library: srun --mpi=pmix, or another of srun --mpi=list'
      : 'Use the mpirun of this library, or set VAEKIT_MPI to the library of this mpirun';
  throw new UserError(
    `${launcher} started ${size} processes, but ${version} sees ${found}. ${way}.`,
  );
}

/**
 * Joins the ranks that a launcher started this process as one of: `mpirun`, `mpiexec` or `srun`.
 * @returns undefined where the process was started alone
 * @throws UserError when koffi or the library of MPI is missing, or the library is not the launcher's
 */
export async function joinMpi(): Promise<MpiRanks | undefined> {
  const launch = launchOf(process.env);
  if (!launch) return undefined;
  process.env[memoryEvents] ??= 'no';
  const { library, name, abi, version } = findLibrary(loadKoffi(), launch.kind);
  const mpi = new Mpi(library, abis[abi]);
  mpi.begin();
  const [rank, size] = [mpi.ask('MPI_Comm_rank'), mpi.ask('MPI_Comm_size')];
  checkSize(launch, size, version);
  return {
    rank,
    size,
    version,
    launch,
    address: { kind: 'mpi', library: name, abi },
    sum: (values) => mpi.sumMeanwhile(values),
    leave: () => mpi.leave(),
    abort: (code) => mpi.abort(code),
  };
}
