// The strip a region's loop is: its links, and where each finds its operands (body/strip.inc).
//
// The program is gone through once. A load becomes an operand that moves with the elements, a stored result the operand
// it is computed in, every other value the memory of its register. What an instruction reads and writes is noted beside
// its link as a field, since addresses are known at a call alone. One instruction that is neither a load that can be
// pointed at, a store of what lies there already, a link, nor a reduction ends the search: the program is no strip.
// What a reduction reads is kept for the whole tile, and the reductions follow the links.
#include "tile_program.h"

/// Where a register's value is that is in no operand.
#define IN_REGISTER (-1)
/// The type of a strip without links.
#define NO_DTYPE (-1)
/// Places of a link at most.
#define PLACES 4

/// The loop a strip is made of; null where the program has none or several, or too long a one, or one among other
/// sections than setups and, where axes are reduced, those of a block.
static const tap_section *strip_section(const tap_region *region) {
  const tap_section *loop = NULL;
  for (int32_t i = 0; i < region->section_count; i++) {
    const tap_section *section = &region->sections[i];
    if (section->kind == TAP_ONCE && region->reduced == 0) return NULL;
    if (section->kind != TAP_LOOP) continue;
    if (loop != NULL) return NULL;
    loop = section;
  }
  bool is_short = loop != NULL && loop->end - loop->begin <= LONGEST_STRIP && region->registers <= 64;
  return is_short ? loop : NULL;
}

size_t tap_strip_bytes(const tap_region *region) {
  const tap_section *section = strip_section(region);
  if (section == NULL) return 0;
  size_t count = (size_t)(section->end - section->begin);
  size_t each = sizeof(chain_link) + sizeof(strip_operand) + 2 * PLACES * sizeof(strip_field) + sizeof(strip_reduction);
  return count * each + sizeof(chain_link);
}

/// Where a value a link reads is: in an operand that moves, or, where that is IN_REGISTER, in a register.
typedef struct {
  int32_t moving;
  uint16_t reg;
} strip_source;

/// What is known of a register.
typedef struct {
  int32_t moving;          // the operand its value is in, or IN_REGISTER
  bool is_set, is_product; // whether an instruction of the strip has set it, else all its elements are the same; and
  strip_source factors[2]; // whether that was a product without a link
} strip_register;

/// A strip being made.
typedef struct {
  const tap_region *region;
  const tile_copies *copies;
  const tap_tile_instr *begin, *end;
  strip_plan *plan;
  int32_t value; // the register whose value the last link leaves, or NO_VALUE
  strip_register registers[64];
} strip_search;

/// The operations the contract names (tap_link).
static bool is_arithmetic(int op) {
  return (op >= TAP_NEG && op <= TAP_SIGMOID && op != TAP_SIGN) || (op >= TAP_ADD && op <= TAP_DIV) || op == TAP_MAX ||
         op == TAP_MIN;
}

/// Those, comparisons and choices.
static bool is_linkable(const tap_tile_instr *in) {
  bool named = is_arithmetic(in->op) || is_comparison(in->op) || in->op == TAP_SELECT;
  return named && in->cls == TAP_FULL && (in->dtype == TAP_F32 || in->dtype == TAP_F64);
}

static int32_t add_moving(strip_plan *plan, int32_t operand, int dtype, bool loaded) {
  plan->moving[plan->moving_count] =
      (strip_operand){.operand = operand, .reg = NO_REGISTER, .dtype = dtype, .loaded = loaded};
  return plan->moving_count++;
}

static strip_source source_of(const strip_search *s, uint16_t reg) {
  return (strip_source){.moving = s->registers[reg].moving, .reg = reg};
}

/// Notes a place of the last link: memory of a register, of which the front serves every block, or what moves.
static void set_place(strip_plan *plan, chain_place *place, strip_source source) {
  uint16_t offset = (uint16_t)((char *)place - (char *)plan->links);
  if (source.moving == IN_REGISTER) {
    *place = (chain_place){NULL, 0};
    plan->register_fields[plan->register_field_count++] = (strip_field){offset, source.reg};
  } else {
    *place = (chain_place){NULL, -1};
    plan->fields[plan->field_count++] = (strip_field){offset, (uint16_t)source.moving};
  }
}

/// Whether a link's result is passed on without being kept.
static bool is_passed(const tap_tile_instr *in) { return (in->link & TAP_LINKED) && (in->link & TAP_PASSED); }

/// Whether an instruction is a product that one later link alone reads, beside the value of the link before that, and
/// until then no link writes memory that could be a factor's.
static bool is_product_of_link(const strip_search *s, const tap_tile_instr *in) {
  if (in->op != TAP_MUL || (in->link & TAP_LINKED) || in->a == s->value || in->b == s->value) return false;
  const tap_tile_instr *reader = NULL;
  bool is_written = false;
  for (const tap_tile_instr *next = in + 1; next < s->end; next++) {
    bool is_copy = next->op == TAP_LOAD || next->op == TAP_STORE || next->op == TAP_RESULT;
    int32_t count = operand_count(next->op);
    bool first = count > 0 && next->a == in->dst, second = count > 1 && next->b == in->dst;
    if (first || second || (count > 2 && next->c == in->dst)) {
      bool is_sum = is_arithmetic(next->op) && count == 2 && first != second, follows = next[-1].link & TAP_LINKED;
      if (reader != NULL || is_written || !is_sum || !follows) return false;
      reader = next;
    }
    is_written |= !is_copy && !is_passed(next);
    if (next->op != TAP_STORE && next->dst == in->dst) break;
  }
  return reader != NULL;
}

/// Whether a reduction reads an instruction's result.
static bool is_reduced(const strip_search *s, const tap_tile_instr *in) {
  for (const tap_tile_instr *next = in + 1; next < s->end; next++) {
    if (tap_is_reduction(next->op) && next->a == in->dst) return true;
    if (next->op != TAP_STORE && next->dst == in->dst) return false;
  }
  return false;
}

/// Whether a link after an instruction computes its result in an operand.
static bool is_written_later(const strip_search *s, const tap_tile_instr *in) {
  for (in++; in < s->end; in++) {
    if (is_among(s->copies->direct, s->region, in)) return true;
  }
  return false;
}

/// Adds a reduction; false where what it reads is not there until the links have run over the whole tile.
static bool add_reduction(strip_search *s, const tap_tile_instr *in) {
  strip_plan *plan = s->plan;
  int32_t from = s->registers[in->a].moving;
  if (from == IN_REGISTER || (plan->moving[from].operand != TILE_OPERAND && is_written_later(s, in))) return false;
  if (plan->dtype != NO_DTYPE && plan->dtype != in->dtype) return false;
  plan->dtype = in->dtype;
  plan->reductions[plan->reduction_count++] =
      (strip_reduction){.place = (uint16_t)(in - s->begin), .of = (uint16_t)from};
  return true;
}

/// Adds the link of a choice: the value is the condition, or one of the alternatives.
static void add_choice(strip_search *s, const tap_tile_instr *in, strip_source to) {
  chain_link *l = &s->plan->links[s->plan->link_count++];
  bool tells = in->a == s->value, is_third = !tells && in->b != s->value && in->c == s->value;
  *l = (chain_link){.code = LINK(TAP_SELECT, tells ? VALUE_FIRST : is_third ? VALUE_THIRD : VALUE_SECOND),
                    .starts = !tells && !is_third && in->b != s->value, .kept = !is_passed(in)};
  if (l->starts) set_place(s->plan, &l->start, source_of(s, in->b));
  set_place(s->plan, &l->other, source_of(s, tells ? in->b : in->a));
  set_place(s->plan, &l->third, source_of(s, is_third ? in->b : in->c));
  set_place(s->plan, &l->dst, to);
}

/// Adds the link of another instruction. `to`: where the result goes.
static void add_link(strip_search *s, const tap_tile_instr *in, strip_source to) {
  chain_link *l = &s->plan->links[s->plan->link_count++];
  *l = link_of(in, s->value);
  l->kept = !is_passed(in);
  if (l->starts) set_place(s->plan, &l->start, source_of(s, in->a));
  if (operand_count(in->op) == 2) {
    bool is_first = other_is_first(l), is_both = l->code % LINK_FORMS == VALUE_BOTH;
    uint16_t reg = is_first ? in->a : in->b;
    const strip_register *other = &s->registers[reg];
    if (other->is_product) {
      l->code = LINK(in->op, is_first ? SECOND_TO_PRODUCT : FIRST_TO_PRODUCT);
      set_place(s->plan, &l->other, other->factors[0]);
      set_place(s->plan, &l->start, other->factors[1]);
    } else {
      if (!other->is_set && !is_both) l->code = LINK(in->op, is_first ? SECOND_TO_SAME : FIRST_TO_SAME);
      set_place(s->plan, &l->other, source_of(s, reg));
    }
  }
  set_place(s->plan, &l->dst, to);
}

/// Adds an instruction; false where it is none of a strip.
static bool add_instruction(strip_search *s, const tap_tile_instr *in) {
  const tap_region *region = s->region;
  strip_plan *plan = s->plan;
  bool pointed = is_among(s->copies->pointed | s->copies->steady, region, in);
  bool direct = is_among(s->copies->direct, region, in);
  if (tap_is_reduction(in->op)) return add_reduction(s, in);
  strip_register result = {.moving = IN_REGISTER, .is_set = true};
  int32_t value = s->value == in->dst ? NO_VALUE : s->value;
  switch (in->op) {
  case TAP_STORE: {
    int32_t from = s->registers[in->a].moving;
    return from != IN_REGISTER && !plan->moving[from].loaded && plan->moving[from].operand == in->imm;
  }
  case TAP_LOAD:
    if (!pointed || !is_along(region, in->imm)) return false;
    result.moving = add_moving(plan, in->imm, in->dtype, true);
    if (region->reduced == 0 && is_row(region, in->imm)) plan->moving[result.moving].reg = in->dst;
    break;
  case TAP_RESULT:
    if (!pointed) return false;
    result.moving = add_moving(plan, BLOCK_OPERAND, in->dtype, true);
    break;
  default:
    if (!is_linkable(in) || (plan->dtype != NO_DTYPE && plan->dtype != in->dtype)) return false;
    if (direct && !is_along(region, s->copies->targets[in - region->instrs])) return false;
    plan->dtype = in->dtype;
    plan->plain &= is_plain(in->op);
    if (!direct && is_product_of_link(s, in)) {
      result.is_product = true;
      result.factors[0] = source_of(s, in->a);
      result.factors[1] = source_of(s, in->b);
      break;
    }
    if (direct) {
      result.moving = add_moving(plan, s->copies->targets[in - region->instrs], in->to, false);
    } else if (is_reduced(s, in)) {
      result.moving = add_moving(plan, TILE_OPERAND, in->to, false);
      plan->moving[result.moving].reg = plan->tile_count++;
    }
    (in->op == TAP_SELECT ? add_choice : add_link)(s, in, (strip_source){.moving = result.moving, .reg = in->dst});
    value = in->dst;
  }
  s->value = value;
  s->registers[in->dst] = result;
  return true;
}

/// Whether copies of a row can lie in the register it is loaded to: no link has that register's memory, and no other
/// row.
static bool has_copies(const strip_plan *plan, int32_t row) {
  int32_t reg = plan->moving[row].reg;
  for (int32_t i = 0; i < plan->register_field_count; i++) {
    if (plan->register_fields[i].of == reg) return false;
  }
  for (int32_t i = 0; i < row; i++) {
    if (plan->moving[i].operand >= 0 && plan->moving[i].reg == reg) return false;
  }
  return true;
}

void tap_find_strip(const tap_region *region, const tile_copies *copies, void *memory, strip_plan *plan) {
  const tap_section *section = strip_section(region);
  *plan = (strip_plan){.dtype = NO_DTYPE, .plain = true};
  if (section == NULL || (copies->direct == 0 && region->reduced == 0)) return;
  int32_t count = section->end - section->begin;
  plan->links = memory;
  plan->moving = (strip_operand *)(plan->links + count + 1);
  plan->fields = (strip_field *)(plan->moving + count);
  plan->register_fields = plan->fields + PLACES * count;
  plan->reductions = (strip_reduction *)(plan->register_fields + PLACES * count);
  strip_search search = {.region = region, .copies = copies, .begin = &region->instrs[section->begin],
                         .end = &region->instrs[section->end], .plan = plan, .value = NO_VALUE};
  for (int32_t r = 0; r < region->registers; r++) search.registers[r].moving = IN_REGISTER;
  for (int32_t i = section->begin; i < section->end; i++) {
    if (!add_instruction(&search, &region->instrs[i])) {
      plan->link_count = 0;
      return;
    }
  }
  if (plan->link_count == 0) return;
  plan->links[plan->link_count].code = END_OF_CHAIN;
  for (int32_t i = 0; i < plan->moving_count; i++) {
    int32_t operand = plan->moving[i].operand;
    if (operand < 0 || region->rank == 1) continue;
    if (plan->moving[i].reg != NO_REGISTER && !has_copies(plan, i)) plan->moving[i].reg = NO_REGISTER;
    const int64_t *strides = region->strides + (int64_t)operand * region->rank;
    plan->moving[i].row = strides[region->rank - 2] * (int64_t)tap_width(plan->moving[i].dtype);
  }
}
