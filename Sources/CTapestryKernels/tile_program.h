// What is worked out of a tile program once, for all calls of its instruction.
//
// Which copies it can do without (tile_copies.c), and how its arithmetic is linked where it can run along memory as it
// lies (tile_strip.c). Both depend on the program and on which of its operands may begin at the same address, so a call
// only adds the addresses. The instruction sets share the result; how chains and strips are run stands in body/.
#ifndef TAPESTRY_TILE_PROGRAM_H
#define TAPESTRY_TILE_PROGRAM_H

#include "geometry.h"

/// Where the value of the link before stands among the operands: first (all of one operand, and of the first link),
/// second, or both; third, of a choice; first or second beside an operand whose elements are all the same; first or
/// second beside the product of two operands.
enum {
  VALUE_FIRST,
  VALUE_SECOND,
  VALUE_BOTH,
  VALUE_THIRD,
  FIRST_TO_SAME,
  SECOND_TO_SAME,
  FIRST_TO_PRODUCT,
  SECOND_TO_PRODUCT,
  LINK_FORMS
};

#define LINK(op, form) ((op) * LINK_FORMS + (form))
#define END_OF_CHAIN LINK(TAP_TILE_OP_COUNT, 0)

/// Memory a link reads or writes: that of its block lies behind that of the block before, or is the same again.
typedef struct {
  char *at;
  int64_t moves; // -1 or 0
} chain_place;

/// An instruction of a chain (body/chain.inc).
typedef struct {
  int32_t code;       // LINK(op, form)
  bool starts, kept;  // whether the value is read first, from `start`; whether it is stored, at `dst`
  bool compares;      // whether it is the outcome of a comparison, which is a byte in memory
  chain_place start, dst;
  chain_place other;  // the operand that is not the value, or the first factor of it: then `start` is the second
  chain_place third;  // of a choice, the other alternative; `other` is the condition, where the value is none
} chain_link;

/// Sets of the first 64 instructions of a program, by place.
typedef struct {
  uint64_t pointed;     // the loads that need no copy
  uint64_t direct;      // those that compute a result where it is stored
  uint64_t steady;      // the loads that give the same for all tiles of the same columns
  uint16_t targets[64]; // of the direct ones: the operand
} tile_copies;

#define LONGEST_STRIP 48
#define BLOCK_OPERAND (-1)
#define TILE_OPERAND (-2)
#define NO_REGISTER (-1)

/// An operand of a strip, or the block of a product, that moves with its elements.
typedef struct {
  int32_t operand; // of the region, or BLOCK_OPERAND, or TILE_OPERAND: a tile behind the registers, for a reduction
  int32_t reg;     // the tile's place there, or, of a row that is the same for all rows, a register for its copies; or
                   // NO_REGISTER
  int dtype;
  int64_t row;     // bytes from row to row, but of the block
  bool loaded;
} strip_operand;

/// A place of a link of a strip, whose address a call fills in.
typedef struct {
  uint16_t place; // bytes from the first link
  uint16_t of;    // a moving operand or a register
} strip_field;

/// A reduction of a strip: its place in the section, and the operand that moves it reads.
typedef struct {
  uint16_t place, of;
} strip_reduction;

/// The links of a strip (body/strip.inc). `links[link_count]` ends them; there are none where a program is no strip.
typedef struct {
  int32_t link_count, moving_count, field_count, register_field_count, reduction_count, tile_count;
  int dtype;
  bool plain;              // of arithmetic alone
  chain_link *links;
  strip_operand *moving;
  strip_field *fields;     // of what moves
  strip_field *register_fields;
  strip_reduction *reductions;
} strip_plan;

typedef struct {
  tile_copies copies;
  strip_plan strip;
} tile_program;

/// Whether the instruction is one of a set of the first 64 of the program.
static inline bool is_among(uint64_t set, const tap_region *region, const tap_tile_instr *in) {
  return set != 0 && in - region->instrs < 64 && (set >> (in - region->instrs) & 1) != 0;
}

/// How many registers an operation reads, beside the one a reduction adds to.
static inline int32_t operand_count(int op) {
  switch (op) {
  case TAP_LOAD:
  case TAP_INDEX:
  case TAP_CONST:
  case TAP_RESULT: return 0;
  case TAP_STORE:
  case TAP_NOT:
  case TAP_CAST:
  case TAP_CHECK_INDEX: return 1;
  case TAP_SELECT:
  case TAP_RANDOM: return 3;
  default: return op >= TAP_ADD ? 2 : 1;
  }
}

/// The last axis of a space that has several elements, or the first.
static inline int32_t last_long_axis(const tap_region *region) {
  int32_t axis = region->rank - 1;
  while (axis > 0 && region->extent[axis] == 1) axis--;
  return axis;
}

/// Whether an operand's elements lie side by side along the last axis that has several.
static inline bool is_along(const tap_region *region, int32_t operand) {
  return region->strides[(int64_t)operand * region->rank + last_long_axis(region)] == 1;
}

/// Whether an operand's rows are all the same.
static inline bool is_row(const tap_region *region, int32_t operand) {
  const int64_t *strides = region->strides + (int64_t)operand * region->rank;
  for (int32_t axis = 0; axis < region->rank - 1; axis++) {
    if (strides[axis] != 0) return false;
  }
  return region->rank > 1;
}

static inline bool is_comparison(int op) { return op >= TAP_LESS && op <= TAP_NOT_EQUAL; }

/// Whether a link is arithmetic alone.
static inline bool is_plain(int op) { return op < TAP_EXP || op > TAP_SIGMOID; }

#define NO_VALUE (-1)

/// The link of an instruction; `value`: the register whose value the link before leaves, or NO_VALUE.
static inline chain_link link_of(const tap_tile_instr *in, int32_t value) {
  bool is_binary = operand_count(in->op) == 2, starts = in->a != value && !(is_binary && in->b == value);
  int32_t form = VALUE_FIRST;
  if (is_binary && in->b == (starts ? in->a : value)) form = in->a == in->b ? VALUE_BOTH : VALUE_SECOND;
  return (chain_link){.code = LINK(in->op, form), .starts = starts, .compares = is_comparison(in->op)};
}

/// Whether the operand that is not the value is the first.
static inline bool other_is_first(const chain_link *l) {
  int32_t form = l->code % LINK_FORMS;
  return form == VALUE_SECOND || form == SECOND_TO_SAME || form == SECOND_TO_PRODUCT;
}

/// Finds the copies a program can do without. `places`: see tap_prepare.
TAP_PRIVATE void tap_find_copies(const tap_region *region, const int32_t *places, tile_copies *copies);
/// Makes the strip of a region whose copies are known, if it can be one, with its links and lists in `memory`.
TAP_PRIVATE void tap_find_strip(const tap_region *region, const tile_copies *copies, void *memory, strip_plan *plan);
/// Bytes of the links and lists of a strip at most.
TAP_PRIVATE size_t tap_strip_bytes(const tap_region *region);

#endif
