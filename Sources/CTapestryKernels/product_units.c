// How the results of products are cut into units; see geometry.h.
//
// Blocks hold at most 168 rows, which many register tiles divide, and 256 columns. A large product is cut finer until
// there is something for every thread of a usual machine to do, a small one, such as the step of a loop, into two to
// four blocks that are still worth a thread's while. Columns are cut below 128 last: rows of few columns are short
// stretches of memory for the program. A few blocks, or one that is worth it, are made an even number, so that two
// threads have equal shares.
#include "tile_program.h"

/// Whether a sum of many more terms than there are rows, as a first layer's is, is cut along its terms rather than its
/// columns, where the right operand lies row by row and has a place in a core's own cache. A thread then reads the rows
/// of it whose gradient, a product with as many rows, and whose update are its own, too. Cut along the columns, half of
/// what a thread updates has been read by another, which must be told so line by line. The sums of the parts are few
/// beside that operand.
static bool has_parts(const tap_region *region, const int64_t *parameters, const tap_dot_layout *l) {
  tap_dot_pair pair = tap_dot_pair_at(region, parameters, 0);
  if (parameters[0] > 1 || l->batch > 1 || pair.panel != 0 || pair.right[region->rank - 1] != 1) return false;
  bool is_long = l->rows <= TAP_MANY_TERMS_ROWS && pair.k >= TAP_PARTS_TERMS * l->rows;
  int64_t elements = pair.k * l->columns;
  return is_long && elements <= TAP_NEAR_ELEMENTS && elements * l->rows > TAP_PARTS_WORK;
}

/// Whether the program goes over so many operands as large as the result that memory is what it waits for, as the
/// update of a weight by its gradient does.
static bool is_update(const tap_region *region, int64_t k) {
  int32_t batch = region->rank - 2, whole = 0;
  if (region->extent[batch + 1] == 1) return false;
  for (int32_t i = 0; i < region->operands; i++) {
    whole += is_along(region, i) && region->strides[(int64_t)i * region->rank + batch] == region->extent[batch + 1];
  }
  int64_t elements = whole * tap_product(region->extent, 0, region->rank);
  return whole >= TAP_UPDATE_OPERANDS && elements >= TAP_UPDATE_ELEMENTS && k < TAP_UPDATE_TERMS;
}

/// Cuts the terms into parts and slabs; gives how many there are in all products.
static int64_t cut_terms(tap_dot_layout *l, tap_kernel kernel, const tap_region *region, const int64_t *parameters) {
  int64_t k = 0, longest = 0, slab = TAP_SLAB_TERMS;
  for (int64_t i = 0; i < parameters[0]; i++) {
    tap_dot_pair pair = tap_dot_pair_at(region, parameters, i);
    k += pair.k;
    longest = tap_max(longest, pair.k);
    bool is_far = pair.k * l->columns > TAP_NEAR_ELEMENTS;
    if (is_far && pair.panel == 0 && pair.right[region->rank - 1] != 1) slab = TAP_FAR_SLAB_TERMS;
  }
  l->parts = kernel == TAP_KERNEL_DOT && k >= TAP_MANY_TERMS && has_parts(region, parameters, l) ? 2 : 1;
  l->terms = tap_ceil_div(longest, l->parts);
  l->depth = tap_max(1, tap_min(l->terms, slab));
  for (int64_t i = 0; i < parameters[0]; i++) {
    l->slabs += tap_ceil_div(tap_dot_pair_at(region, parameters, i).k, l->depth);
  }
  return k;
}

static void count_blocks(tap_dot_layout *l) {
  l->row_blocks = tap_ceil_div(l->rows, l->block_rows);
  l->column_blocks = tap_ceil_div(l->columns, l->block_columns);
  l->units = l->batch * l->row_blocks * l->column_blocks;
}

/// Halves the blocks of a sum of `k` terms where that pays; false where they stay. A sum of many terms spends its time
/// in the product: its columns are cut first, so that what is packed of the right operand serves more rows.
static bool cut_finer(tap_dot_layout *l, int64_t k) {
  bool many = k >= TAP_MANY_TERMS;
  int64_t rows = tap_min(l->rows, l->block_rows), columns = tap_min(l->columns, l->block_columns);
  int64_t work = rows * columns * k;
  if (l->units >= 16 || work <= 1 << 18 || (work < 1 << 20 && l->units >= 4)) return false;
  bool crosswise = columns >= rows && columns >= (rows >= 84 ? 256 : 128);
  if (crosswise || (many && columns >= 128)) {
    l->block_columns = tap_round_up(tap_ceil_div(columns, 2), TAP_DOT_COLUMNS);
  } else if (rows >= (many ? 168 : 84)) {
    l->block_rows = tap_ceil_div(rows, 2);
  } else {
    return false;
  }
  count_blocks(l);
  return true;
}

/// Makes an odd number of blocks even: by one block of columns more, or less where those would be narrower than a wide
/// tile, or else by rows if each block keeps a register tile of them.
static void make_even(tap_dot_layout *l, int64_t panels) {
  if (l->column_blocks > 1) {
    l->column_blocks += panels >= 2 * (l->column_blocks + 1) ? 1 : -1;
  } else if (l->rows >= 14 * (l->row_blocks + 1)) {
    l->row_blocks++;
  }
}

// A sum of many terms has higher blocks, of few terms, such as the weight gradient of a small batch, is less work than
// its epilogue: its blocks are as wide as a tile of the program, so that a tile is one stretch of a row, and no higher
// than what the second cache holds beside the operands. An update has whole rows, so that its operands are read and
// written as they lie, which the machine sees and asks for the memory ahead.
tap_dot_layout tap_dot_blocks(tap_kernel kernel, const tap_region *region, const int64_t *parameters) {
  tap_dot_layout l = {
      .batch = tap_product(region->extent, 0, region->rank - 2),
      .rows = region->extent[region->rank - 2],
      .columns = region->extent[region->rank - 1],
      .block_rows = 168,
      .block_columns = 256,
  };
  int64_t k = cut_terms(&l, kernel, region, parameters), panels = tap_ceil_div(l.columns, TAP_DOT_COLUMNS);
  bool update = is_update(region, k);
  if (k >= TAP_MANY_TERMS) l.block_rows = TAP_MANY_TERMS_ROWS;
  if (k <= TAP_FEW_TERMS) l.block_rows = TAP_FEW_TERMS_ROWS, l.block_columns = TAP_TILE;
  if (update) {
    l.block_rows = tap_max(TAP_UPDATE_LEAST_ROWS, tap_min(TAP_UPDATE_ROWS, tap_ceil_div(l.rows, 16)));
    l.block_columns = TAP_UPDATE_COLUMNS;
  }
  count_blocks(&l);
  while (!update && l.parts == 1 && cut_finer(&l, k)) {}
  bool worth = l.parts == 1 && (l.units > 1 || l.rows * l.columns * k > 1 << 18);
  if (worth && l.units < 16 && l.units % 2 == 1) make_even(&l, panels);
  l.block_rows = tap_ceil_div(l.rows, l.row_blocks);
  l.column_blocks = tap_min(l.column_blocks, panels);
  l.block_columns = tap_min(l.columns, tap_ceil_div(panels, l.column_blocks) * TAP_DOT_COLUMNS);
  l.units = l.batch * l.row_blocks * l.column_blocks * l.parts;
  l.pitch = tap_round_up(l.block_columns, TAP_DOT_COLUMNS);
  return l;
}
