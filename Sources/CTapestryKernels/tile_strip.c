// The strip a map is: its links, and where each finds its operands (body/strip.inc).
//
// The program is gone through once. A load becomes an operand that moves with the elements, a stored result the operand
// it is computed in, every other value the memory of its register. What an instruction reads and writes is noted beside
// its link as a field, since addresses are known at a call alone. One instruction that is neither a load that can be
// pointed at, a store of what lies there already, nor a link ends the search: the program is no strip.
#include "tile_program.h"

/// Where a register's value is that is in no operand.
#define IN_REGISTER (-1)

/// The instructions a strip is made of; null where the program has other sections or none, or is too long.
static const tap_section *strip_section(const tap_region *region) {
  if (region->section_count == 0) return NULL;
  const tap_section *last = &region->sections[region->section_count - 1];
  bool is_short = last->end - last->begin <= LONGEST_STRIP && region->registers <= 64;
  if (region->reduced > 0 || last->kind != TAP_LOOP || !is_short) return NULL;
  for (int32_t i = 0; i + 1 < region->section_count; i++) {
    if (region->sections[i].kind != TAP_SETUP) return NULL;
  }
  return last;
}

size_t tap_strip_bytes(const tap_region *region) {
  const tap_section *section = strip_section(region);
  if (section == NULL) return 0;
  size_t count = (size_t)(section->end - section->begin);
  return (count + 1) * sizeof(chain_link) + count * (sizeof(strip_operand) + 6 * sizeof(strip_field));
}

/// A strip being made.
typedef struct {
  const tap_region *region;
  const tile_copies *copies;
  strip_plan *plan;
  int32_t moving_of[64]; // of each register: the operand its value is in, or IN_REGISTER
} strip_search;

/// The operations the contract names (tap_link).
static bool is_linkable(const tap_tile_instr *in) {
  bool named = (in->op >= TAP_NEG && in->op <= TAP_SIGMOID && in->op != TAP_SIGN) ||
               (in->op >= TAP_ADD && in->op <= TAP_DIV) || in->op == TAP_MAX || in->op == TAP_MIN;
  return named && in->cls == TAP_FULL && (in->dtype == TAP_F32 || in->dtype == TAP_F64);
}

static int32_t add_moving(strip_plan *plan, int32_t operand, bool loaded) {
  plan->moving[plan->moving_count] =
      (strip_operand){.operand = operand, .repeated = NOT_REPEATED, .loaded = loaded};
  return plan->moving_count++;
}

/// Notes a place of the last link: memory of a register, of which the front serves every block, or what moves.
static void set_place(strip_plan *plan, chain_place *place, int32_t moving, uint16_t reg) {
  uint16_t offset = (uint16_t)((char *)place - (char *)plan->links);
  if (moving == IN_REGISTER) {
    *place = (chain_place){NULL, 0};
    plan->register_fields[plan->register_field_count++] = (strip_field){offset, reg};
  } else {
    *place = (chain_place){NULL, -1};
    plan->fields[plan->field_count++] = (strip_field){offset, (uint16_t)moving};
  }
}

/// Adds the link of an instruction. `to`: where the result goes.
static void add_link(strip_search *s, const tap_tile_instr *in, bool follows, int32_t to) {
  chain_link *l = &s->plan->links[s->plan->link_count++];
  *l = link_of(in, follows);
  l->kept = !((in->link & TAP_LINKED) && (in->link & TAP_PASSED));
  if (l->starts) set_place(s->plan, &l->start, s->moving_of[in->a], in->a);
  if (operand_count(in->op) == 2) {
    uint16_t other = other_is_first(l) ? in->a : in->b;
    set_place(s->plan, &l->other, s->moving_of[other], other);
  }
  set_place(s->plan, &l->dst, to, in->dst);
}

/// Adds an instruction; false where it is none of a strip.
static bool add_instruction(strip_search *s, const tap_tile_instr *in) {
  const tap_region *region = s->region;
  strip_plan *plan = s->plan;
  bool pointed = is_among(s->copies->pointed | s->copies->steady, region, in);
  bool direct = is_among(s->copies->direct, region, in);
  int32_t to = IN_REGISTER;
  switch (in->op) {
  case TAP_STORE: {
    int32_t from = s->moving_of[in->a];
    return from != IN_REGISTER && !plan->moving[from].loaded && plan->moving[from].operand == in->imm;
  }
  case TAP_LOAD:
    if (!pointed || !is_along(region, in->imm)) return false;
    to = add_moving(plan, in->imm, true);
    if (is_among(s->copies->steady, region, in)) plan->moving[to].repeated = in->dst;
    break;
  case TAP_RESULT:
    if (!pointed) return false;
    to = add_moving(plan, BLOCK_OPERAND, true);
    break;
  default:
    if (!is_linkable(in) || (plan->link_count > 0 && plan->dtype != in->dtype)) return false;
    if (direct && !is_along(region, s->copies->targets[in - region->instrs])) return false;
    if (direct) to = add_moving(plan, s->copies->targets[in - region->instrs], false);
    bool follows = plan->link_count > 0 && (in[-1].link & TAP_LINKED) != 0;
    plan->dtype = in->dtype;
    plan->plain &= is_plain(in->op);
    add_link(s, in, follows, to);
  }
  s->moving_of[in->dst] = to;
  return true;
}

void tap_find_strip(const tap_region *region, const tile_copies *copies, void *memory, strip_plan *plan) {
  const tap_section *section = strip_section(region);
  *plan = (strip_plan){.plain = true};
  if (section == NULL || copies->direct == 0) return;
  int32_t count = section->end - section->begin;
  plan->links = memory;
  plan->moving = (strip_operand *)(plan->links + count + 1);
  plan->fields = (strip_field *)(plan->moving + count);
  plan->register_fields = plan->fields + 3 * count;
  strip_search search = {.region = region, .copies = copies, .plan = plan};
  for (int32_t r = 0; r < region->registers; r++) search.moving_of[r] = IN_REGISTER;
  for (int32_t i = section->begin; i < section->end; i++) {
    if (!add_instruction(&search, &region->instrs[i])) {
      plan->link_count = 0;
      return;
    }
  }
  plan->links[plan->link_count].code = END_OF_CHAIN;
  for (int32_t i = 0; i < plan->moving_count; i++) {
    int32_t operand = plan->moving[i].operand;
    if (operand == BLOCK_OPERAND || region->rank == 1) continue;
    const int64_t *strides = region->strides + (int64_t)operand * region->rank;
    plan->moving[i].row = strides[region->rank - 2] * (int64_t)tap_width(plan->dtype);
  }
}
