// The contract between the tape executor and the vector kernels.
//
// A kernel runs one tape instruction, or a slice of it: units [begin, end) of a number of units that depends on the
// instruction and the target alone, never on the number of threads, so that any split of the units gives the same bits.
// What is computed element by element is a *tile program*: a linear list of register instructions run over a tile of
// rows x columns held in the first-level cache. A fused region runs a program over an iteration space of its own;
// a product or a convolution runs one over each block of its result, as its epilogue. The interface is the same.
#ifndef TAPESTRY_KERNELS_H
#define TAPESTRY_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAP_MAX_RANK 8
/// Elements of one tile register.
#define TAP_TILE 512
/// Columns are padded to this in packed operands and blocks: the widest register tile of any level divides it.
#define TAP_DOT_COLUMNS 32

typedef enum : uint8_t { TAP_F32, TAP_F64, TAP_I32, TAP_BOOL } tap_dtype;

/// Operations of tile programs. The Swift mirror is `TileOp`; a test compares the two.
///
/// A register of the result may be a register of an operand only where both hold elements of the same width, and never
/// for EXPAND and the reductions.
typedef enum : uint16_t {
  // Movement. `imm` is the operand's index in the region.
  TAP_LOAD,    // dst <- operand
  TAP_STORE,   // operand <- a
  TAP_INDEX,   // dst (i32) <- the element offset the operand's strides give; nothing is read
  TAP_CONST,   // dst <- immediates[imm], the value's bits in the low bytes
  TAP_EXPAND,  // dst (full) <- a (kept), repeated over the reduced axes
  TAP_RESULT,  // dst <- the block a product or convolution just computed
  // Reductions: dst (kept) <- dst combined with the reduction of a (full). Max and min pass NaN on. Any type but bool
  // for sum and product, any type for max (or) and min (and).
  TAP_REDUCE_SUM,
  TAP_REDUCE_PRODUCT,
  TAP_REDUCE_MAX,
  TAP_REDUCE_MIN,
  // One operand: float types, but NEG, ABS, SIGN take i32 too.
  TAP_NEG, TAP_ABS, TAP_SIGN, TAP_SQRT, TAP_RSQRT, TAP_RECIPROCAL,
  TAP_EXP, TAP_EXPM1, TAP_LOG, TAP_LOG1P, TAP_TANH, TAP_SIGMOID, TAP_ERF, TAP_SIN, TAP_COS,
  TAP_FLOOR, TAP_CEIL, TAP_ROUND,  // round: ties to even
  // Two operands: float types and i32. Max and min pass NaN on (and take bool too). i32 wraps; i32 division and
  // remainder floor, x/0 = 0 and so is the remainder of it; an i32 power with an exponent below 0 is the whole part of
  // the true value, 0 for 0. A float remainder is exact (that of fmod) and takes the sign of the divisor.
  TAP_ADD, TAP_SUB, TAP_MUL, TAP_DIV, TAP_REMAINDER, TAP_POW, TAP_MAX, TAP_MIN,
  // Comparisons: any type in, bool out.
  TAP_LESS, TAP_LESS_EQUAL, TAP_EQUAL, TAP_NOT_EQUAL,
  // Bool.
  TAP_AND, TAP_OR, TAP_XOR, TAP_NOT,
  // Three operands: dst <- a (bool) ? b : c; dtype is that of b, c and dst, any type.
  TAP_SELECT,
  // dst (type `to`) <- a (type `dtype`). Float to i32 truncates, saturates, NaN gives 0; to bool: not equal zero.
  TAP_CAST,
  // dst (i32) <- a (i32); a fault is reported when a value is outside 0 ..< immediates[imm], and dst is then clamped.
  TAP_CHECK_INDEX,
  // dst (dtype f32 or f64) <- uniform in [0, 1): Philox4x32-10, key (b, 0) with b an i32 seed, counter
  // (a = i32 element index, c = i32 step, low and high half of immediates[imm] = stream), word 0;
  // f32: (word >> 8) * 2^-24; f64: word * 2^-32.
  TAP_RANDOM,
  TAP_TILE_OP_COUNT,
} tap_tile_op;

/// How many elements a register of the instruction's result holds.
typedef enum : uint8_t {
  TAP_FULL,  // one per element of the tile: rows x columns
  TAP_KEPT,  // one per kept element of the tile of a region that reduces: its rows (reduction along columns) or its
             // columns (along rows)
} tap_class;

/// What an instruction and the one after it have to do with each other. Both are elementwise float operations of one or
/// two operands on full registers of one type (NEG to SIGMOID but for SIGN, ADD to DIV, MAX, MIN). A program means the
/// same without.
typedef enum : uint8_t {
  TAP_LINKED = 1, // the next instruction reads the result: they may run as a chain
  TAP_PASSED = 2, // and nothing else does, so that the register need not be written
} tap_link;

typedef struct {
  uint16_t op;   // tap_tile_op
  uint8_t dtype; // of the operands
  uint8_t to;    // of the result (differs from dtype for casts and comparisons only)
  uint8_t cls;   // tap_class of the result; for REDUCE the operand is full, for STORE that of `a`
  uint8_t link;  // tap_link
  uint16_t dst, a, b, c; // registers
  uint16_t imm;
} tap_tile_instr; // 16 bytes

/// A part of a tile program.
typedef struct {
  int32_t kind;       // tap_section_kind
  int32_t begin, end; // of the region's instrs
} tap_section;

typedef enum : int32_t {
  TAP_SETUP, // once a call, as many elements a register as a tile can have: constants, and loads of operands whose
             // strides are all zero
  TAP_ONCE,  // once a block, kept registers only: start values of accumulators, work on reduced results
  TAP_LOOP,  // once a tile of the block: everything on full registers
} tap_section_kind;

/// An iteration space with strided operands and the tile program that runs over it.
///
/// Axes, outermost first: `kept` kept axes, then `reduced` reduced ones, then, for a reduction along rows only, one
/// kept column axis. So there are three forms:
///   map         reduced == 0, kept == rank: tiles of the flattened space.
///   horizontal  reduced > 0, kept + reduced == rank: a block is some whole rows; LOOP sections run over the tiles of
///               the reduced axes; KEPT registers hold one element a row.
///   vertical    reduced > 0, kept + reduced + 1 == rank: a block is one index of the kept axes and up to TAP_TILE
///               columns; LOOP sections run over the reduced axes, some rows at a time; KEPT registers hold one element
///               a column.
/// The sections after SETUP run in order for each block. Where a block has many tiles and one LOOP section, its units
/// reduce parts of it, and the one that ends last combines them in order and runs the sections after the LOOP. A full
/// register keeps its value from one LOOP section to the next of the same block only when the block is a single tile
/// (`tap_region_resident`). Every extent is above zero; an empty space has no units (a reduction over an empty axis is
/// lowered to a fill). Rank is at least 1. KEPT loads, stores and indexes use the operand's strides of the kept axes
/// only.
typedef struct {
  int32_t rank, kept, reduced;
  int32_t operands;
  int64_t extent[TAP_MAX_RANK];
  const int64_t *strides; // operands x rank, in elements; 0 repeats, negative walks backwards
  const tap_section *sections;
  int32_t section_count; // 0 for a program that does nothing
  int32_t registers;
  int32_t register_bytes; // TAP_TILE x the widest element the program uses
  const tap_tile_instr *instrs;
  const uint64_t *immediates;
  const void *const *constants; // of each CONST of a SETUP section, by place in `instrs`: TAP_TILE elements of it
} tap_region;

/// The first index found out of range in a run. Written once by whichever thread finds one first; read it with
/// `tap_fault_code` and clear it with `tap_fault_reset`.
typedef struct {
  int32_t code; // 0 none, 1 being written, 2 index out of range
  int32_t instruction;
  int64_t value, bound;
} tap_fault;

/// Makes a fault read as none.
void tap_fault_reset(tap_fault *fault);
/// The code of a fault, after which its other fields may be read when it is 2.
int32_t tap_fault_code(const tap_fault *fault);

/// What a kernel is called with.
typedef struct {
  const tap_region *region;  // the result's space and the program; see each kernel
  void *const *operands;     // addresses of element 0 of the region's operands, then of the kernel's own
  const int64_t *parameters; // the kernel's own
  const void *layout;        // what `tap_lay_out` wrote
  const void *program;       // what `tap_prepare` wrote
  tap_fault *fault;
  void *scratch;             // of this thread, 64-byte aligned, at least `tap_scratch_bytes`
  void *shared;              // of all threads, 64-byte aligned, `tap_shared_bytes`, zero before the first run
  int32_t instruction;       // for faults
  uint8_t dtype;             // tap_dtype the kernel works in
} tap_call;

/// Kernels. Own operands follow the region's `operands` operands, or come first where there is no region (it may be
/// null). Unless said otherwise own operands are contiguous, row-major; types are f32, f64 and i32 (GATHER: any;
/// convolutions: f32 and f64). Kernels marked E run the region's program over each block of their result (the region is
/// a map whose TAP_RESULT is the block; rows and columns as said), so every E result is written by the program's
/// STOREs.
typedef enum : uint16_t {
  /// The region alone. Like any kernel it may write over an operand it reads where both have the same strides: the
  /// elements of a tile are loaded before they are stored.
  TAP_KERNEL_REGION,
  /// E. Sum of batched products. Region: [batch axes..., m, n] (kept == rank >= 2). Own operands: A, B of each product.
  /// Parameters: how many products, one or more; then for each of them k, for A: strides of the batch axes..., of m, of
  /// k; for B: of the batch axes..., of k, of n; then 0, or, for a B in panels of TAP_DOT_COLUMNS columns, whole ones,
  /// the elements from one panel to the next.
  TAP_KERNEL_DOT,
  /// E. A product without batch axes, of k above zero, and the sums of B's columns. Region and parameters: those of DOT,
  /// for one product. Own operands: A, B, sums [n].
  TAP_KERNEL_DOT_COLUMN_SUMS,
  /// E. Convolution NHWC x HWIO. Region: [n, oh, ow, oc]. Own operands: input, filter. Parameters: see tap_conv.
  TAP_KERNEL_CONV,
  /// E. Its gradient in the input. Region: [n, h, w, c]. Own operands: cotangent of the output, filter.
  TAP_KERNEL_CONV_INPUT_GRADIENT,
  /// E. Its gradient in the filter. Region: [kh, kw, c / groups, oc]. Own operands: input, cotangent of the output.
  TAP_KERNEL_CONV_FILTER_GRADIENT,
  /// E. Convolution, then the largest of each window of what the program stores, while it is in cache. Region: that of
  /// the convolution. Own operands: input, filter, then values and choice as of MAX_POOL. Parameters: tap_conv_pool.
  /// The program's one store goes to scratch memory: its operand, `image`, is not written.
  TAP_KERNEL_CONV_MAX_POOL,
  /// E. CONV_INPUT_GRADIENT and CONV_FILTER_GRADIENT of the cotangent that POOL_SCATTER would give, of which they make
  /// as much as they read at a time. Own operands: the cotangent of the values in the place of the output's, and behind
  /// those the choice. Parameters: tap_conv_pool, of any windows.
  TAP_KERNEL_CONV_POOL_INPUT_GRADIENT,
  TAP_KERNEL_CONV_POOL_FILTER_GRADIENT,
  /// result[b, o, i, :] = table[b, o, indices[b, i], :]. No region. Own operands: result, table, indices (i32).
  /// Parameters: batch, outer, extent (of the indexed axis), count (of indices a batch), inner. Faults outside range.
  TAP_KERNEL_GATHER,
  /// result[b, o, indices[b, i], :] += updates[b, o, i, :] in the order of i, after a copy of base into result (base
  /// may be result itself). Own operands: result, base, updates, indices. Parameters as for gather.
  TAP_KERNEL_SCATTER_ADD,
  /// Pooling by the largest of a window over NHWC; padding is never chosen; the first of equals wins, NaN wins. A
  /// window with nothing but padding gives 0 and choice -1, which POOL_GATHER reads as 0 and POOL_SCATTER leaves out.
  /// Own operands: input, values, choice (i32, or u8 with 255 for -1: row-major place within the window). Parameters:
  /// tap_window.
  TAP_KERNEL_MAX_POOL,
  /// result[n, oh, ow, c] = input at the window's choice. Own operands: input, choice, result.
  TAP_KERNEL_POOL_GATHER,
  /// result (input shaped) = sum of cotangent over the windows that chose the place. Own: cotangent, choice, result.
  TAP_KERNEL_POOL_SCATTER,
  /// Sum over each window (padding adds 0). Own: input, result.
  TAP_KERNEL_SUM_POOL,
  /// Its gradient. Own: cotangent, result (input shaped).
  TAP_KERNEL_SUM_POOL_GRADIENT,
  /// Place (i32) of the largest / smallest along an axis, the first of equals; NaN wins. Own: input, result.
  /// Parameters: outer, extent (above zero), inner.
  TAP_KERNEL_ARG_MAX,
  TAP_KERNEL_ARG_MIN,
  /// Running sum along an axis, in place if wanted. Own: input, result. Parameters: outer, extent, inner, reverse,
  /// exclusive.
  TAP_KERNEL_CUMULATIVE_SUM,
  /// Stable sort along the last axis. Own: input, values, places (i32). Parameters: outer, extent, descending.
  /// NaN counts as the largest; values may be the input's memory.
  TAP_KERNEL_SORT,
  TAP_KERNEL_COUNT,
} tap_kernel;

/// Parameters of the convolution kernels, in this order.
typedef struct {
  int64_t n, h, w, c, oh, ow, oc, kh, kw;
  int64_t stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups;
} tap_conv;

/// Parameters of the pooling kernels, in this order.
typedef struct {
  int64_t n, h, w, c, oh, ow, kh, kw;
  int64_t stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w;
  int64_t choice_bytes; // of a choice: 4, or 1 for windows of fewer than 256 taps; other kernels have none
} tap_window;

/// Parameters of CONV_MAX_POOL and its gradients, in this order. The windows of the first lie side by side: no padding,
/// no dilation, strides of at least the window's extents.
typedef struct {
  tap_conv conv;
  tap_window window;
  int64_t image; // of CONV_MAX_POOL alone
} tap_conv_pool;

/// Instruction sets a kernel is compiled for.
typedef enum : int32_t { TAP_BASELINE, TAP_AVX2, TAP_AVX512, TAP_LEVEL_COUNT } tap_level;

/// The kernels of one instruction set.
typedef struct {
  tap_level level;
  const char *name; // "baseline", "avx2", "avx512"
  /// Runs units [begin, end).
  void (*run[TAP_KERNEL_COUNT])(const tap_call *call, int64_t begin, int64_t end);
  /// out[i] = f(x[i]) for the tile op, float32: what `verify --functions` measures.
  void (*apply_f32)(tap_tile_op op, const float *x, float *out, int64_t count);
  /// out[i] = the word TAP_RANDOM draws for element first + i (which wraps) and step 0.
  void (*random_words)(uint32_t *out, uint32_t first, int64_t count, uint32_t seed, uint64_t stream);
  /// Rounds of float32 multiply-adds in registers alone, x factor + term again and again: what `bench --roofline`
  /// measures the peak with. Gives one of the results, so that none is left out.
  float (*multiply_adds)(int64_t rounds, float factor, float term);
  int64_t multiply_adds_a_round;
} tap_table;

/// The number of units of an instruction: what the splits among threads are made of. The same for every level.
int64_t tap_units(tap_kernel kernel, const tap_region *region, const int64_t *parameters, tap_dtype dtype);
/// Bytes of the layout of any kernel, which are aligned as those of int64_t.
#define TAP_LAYOUT_BYTES 192
/// Works out once how the result of an instruction is cut, for all its calls; writes nothing for kernels that need no
/// such layout.
void tap_lay_out(tap_kernel kernel, const tap_region *region, const int64_t *parameters, void *layout);
/// Bytes of a prepared program, which is aligned as int64_t.
size_t tap_program_bytes(const tap_region *region);
/// Works out once how the region's program is run, for all calls of an instruction. `places`: of each of the region's
/// operands a number; operands that may begin at the same address in some call have the same one.
void tap_prepare(const tap_region *region, const int32_t *places, void *program);
/// Scratch bytes one thread needs.
size_t tap_scratch_bytes(tap_kernel kernel, const tap_region *region, const int64_t *parameters, tap_dtype dtype);
/// Bytes the units of an instruction share from its first run on. A run of all units leaves them ready for the next.
size_t tap_shared_bytes(tap_kernel kernel, const tap_region *region, const int64_t *parameters, tap_dtype dtype);
/// Whether each block of a region is a single tile, so that full registers live across LOOP sections.
bool tap_region_resident(int32_t rank, int32_t kept, int32_t reduced, const int64_t *extent);

/// The table of a level, or null where the machine (or the build) lacks it.
const tap_table *tap_table_of(tap_level level);
/// The best level of this machine up to the one named; null or a name that is none sets no bound.
tap_level tap_level_up_to(const char *name);
/// The best level of this machine, up to the one the environment variable TAPESTRY_LEVEL names.
tap_level tap_best_level(void);
/// Runs units [begin, end) of a kernel: `table->run[kernel](call, begin, end)`, for callers that cannot index an array
/// of C functions.
void tap_run(const tap_table *table, tap_kernel kernel, const tap_call *call, int64_t begin, int64_t end);

/// The name of a tile op ("add", "reduce_sum"), or "?" for a value that is none.
const char *tap_tile_op_name(tap_tile_op op);

/// Sets round-to-nearest and the handling of subnormals the kernels expect (results become zero); returns what to
/// restore.
uint64_t tap_enter_float_mode(void);
void tap_leave_float_mode(uint64_t saved);

/// Zeroed memory, 64-byte aligned, or null; `tap_free_zeroed` gives it back. Large blocks come from the system as they
/// are, already zero and in huge pages where it has them, all of them at once.
void *tap_allocate_zeroed(size_t bytes);
void tap_free_zeroed(void *memory);

/// One instruction that tells the core a loop is waiting.
void tap_pause(void);

#endif
