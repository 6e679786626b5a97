// Copies that a tile program can do without.
//
// A load of a contiguous operand, and the block of a product, need not be copied into the register: the register is
// pointed at them. That is the same as a copy as long as nothing is stored there before the last read of the value, and
// as long as no reduction adds to the register where it is. The result of an elementwise instruction that is stored
// need not be copied either: it is computed in its place, as if it were stored at once, unless the old elements are
// loaded after that. A kernel that writes over what it reads does so element by element, at the same address (see
// TAP_KERNEL_REGION), so operands that begin elsewhere are not in the way. In a map, a row repeated over all rows, like
// a bias, is loaded once for all tiles of the same columns. One look at the program, from its end to its beginning,
// tells which is which.
#include "tile_program.h"

/// Programs with more instructions are run as they are written.
#define LONGEST_SEARCH 256
/// The place of what is in no operand.
#define NO_PLACE (-1)

/// What is known of the instructions behind the one looked at.
typedef struct {
  const int32_t *places;
  int32_t last_read[64];     // of each register's value, or -1
  int32_t stored_by[64];     // of each register: the last access in `stores` of its value, or -1
  int32_t store_count, load_count;
  struct {
    int32_t place;           // in memory
    int32_t line, end;       // a store counts from `line`, which for a result computed there comes before `end`
    uint16_t operand;
  } stores[LONGEST_SEARCH], loads[LONGEST_SEARCH];
} copy_search;

/// Whether memory is written between an instruction and the last read of its result.
static bool is_written_meanwhile(const copy_search *s, int32_t place, int32_t line, int32_t last_read) {
  for (int32_t k = 0; k < s->store_count; k++) {
    if (s->stores[k].place == place && s->stores[k].line > line && s->stores[k].line < last_read) return true;
  }
  return false;
}

/// Whether a stored result may be in its place from instruction `line` on: nothing loads from there until it is stored.
static bool can_store_early(const copy_search *s, int32_t store) {
  for (int32_t k = 0; k < s->load_count; k++) {
    if (s->loads[k].place == s->stores[store].place && s->loads[k].line < s->stores[store].end) return false;
  }
  return true;
}

/// Takes notice of instruction i.
static void look_at(const tap_region *region, copy_search *s, int32_t i, uint64_t reduced, tile_copies *copies) {
  const tap_tile_instr *in = &region->instrs[i];
  if (in->op == TAP_STORE) {
    if (in->cls == TAP_FULL && s->stored_by[in->a] < 0) s->stored_by[in->a] = s->store_count;
    s->stores[s->store_count].place = s->places[in->imm];
    s->stores[s->store_count].operand = in->imm;
    s->stores[s->store_count].line = s->stores[s->store_count].end = i;
    s->store_count++;
    return;
  }
  // The sets are of the first 64 instructions.
  uint64_t line = i < 64 ? (uint64_t)1 << i : 0;
  int32_t place = in->op == TAP_LOAD ? s->places[in->imm] : NO_PLACE;
  if (in->op == TAP_LOAD || in->op == TAP_RESULT) {
    bool keeps = !(reduced >> in->dst & 1);
    if (keeps && !is_written_meanwhile(s, place, i, s->last_read[in->dst])) copies->pointed |= line;
  }
  if (in->op == TAP_LOAD) {
    s->loads[s->load_count].place = place;
    s->loads[s->load_count].line = i;
    s->load_count++;
  }
  int32_t store = s->stored_by[in->dst];
  bool computes = in->op >= TAP_NEG && in->op <= TAP_CAST;
  if (store >= 0 && computes && in->cls == TAP_FULL && line != 0 && can_store_early(s, store)) {
    copies->direct |= line;
    copies->targets[i] = s->stores[store].operand;
    s->stores[store].line = i;
  }
  s->stored_by[in->dst] = s->last_read[in->dst] = -1;
}

// From the last instruction to the first, with the registers written so far, and those a reduction adds to where they
// are.
void tap_find_copies(const tap_region *region, const int32_t *places, tile_copies *copies) {
  uint64_t written = 0, rewritten = 0, reduced = 0;
  *copies = (tile_copies){0};
  if (region->section_count == 0 || region->registers > 64) return;
  if (region->sections[region->section_count - 1].end > LONGEST_SEARCH) return;
  copy_search search;
  search.places = places;
  search.store_count = search.load_count = 0;
  for (int32_t r = 0; r < 64; r++) search.last_read[r] = search.stored_by[r] = -1;
  for (int32_t s = region->section_count - 1; s >= 0; s--) {
    const tap_section *section = &region->sections[s];
    if (section->kind == TAP_SETUP) continue;
    for (int32_t i = section->end - 1; i >= section->begin; i--) {
      const tap_tile_instr *in = &region->instrs[i];
      if (tap_is_reduction(in->op)) reduced |= (uint64_t)1 << in->dst;
      look_at(region, &search, i, reduced, copies);
      if (in->op != TAP_STORE) {
        rewritten |= written & (uint64_t)1 << in->dst;
        written |= (uint64_t)1 << in->dst;
      }
      const uint16_t read[] = {in->a, in->b, in->c};
      for (int32_t k = 0; k < operand_count(in->op); k++) {
        if (search.last_read[read[k]] < 0) search.last_read[read[k]] = i;
      }
    }
  }
  for (int32_t i = 0; i < 64 && written != 0 && region->reduced == 0; i++) {
    const tap_tile_instr *in = &region->instrs[i];
    uint64_t dst = (uint64_t)1 << in->dst;
    if (!(written & dst)) continue;
    if (in->op == TAP_LOAD && (copies->pointed >> i & 1) && !(rewritten & dst) && is_row(region, in->imm)) {
      copies->steady |= (uint64_t)1 << i;
      copies->pointed &= ~((uint64_t)1 << i);
    }
    written &= ~dst;
  }
}
