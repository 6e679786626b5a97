// Units and scratch memory of every kernel. See geometry.h.
#include "tile_program.h"

tap_tiling tap_tile_space(int64_t outer, int64_t inner) {
  tap_tiling t = {.outer = outer, .inner = inner, .rows = 1, .piece = inner, .pieces = 1};
  if (inner > TAP_TILE) {
    t.piece = tap_round_up(tap_ceil_div(inner, tap_ceil_div(inner, TAP_TILE)), 16);
    t.pieces = tap_ceil_div(inner, t.piece);
  } else {
    t.rows = tap_min(TAP_TILE / inner, outer);
  }
  t.tiles = tap_ceil_div(outer, t.rows) * t.pieces;
  return t;
}

/// `stays`: whether full registers must live from one LOOP to the next, where blocks can be as small as that; `parts`:
/// whether a block can be shared.
static tap_layout tap_block_layout(
    int32_t rank, int32_t kept, int32_t reduced, const int64_t *extent, bool stays, bool parts) {
  tap_layout l = {.kept = tap_product(extent, 0, kept), .reduced = 1, .block = 1, .parts = 1, .pieces = 1};
  l.resident = true;
  int64_t last = extent[rank - 1];
  if (reduced == 0) {
    l.form = TAP_FORM_MAP;
    l.tiling = tap_tile_space(tap_product(extent, 0, rank - 1), last);
    l.blocks = l.tiling.tiles;
    return l;
  }
  l.reduced = tap_product(extent, kept, kept + reduced);
  if (kept + reduced == rank) {
    l.form = TAP_FORM_HORIZONTAL;
    l.resident = l.reduced <= TAP_TILE;
    if (l.resident) l.block = tap_min(TAP_TILE / l.reduced, l.kept);
    l.blocks = tap_ceil_div(l.kept, l.block);
    l.tiling = tap_tile_space(l.reduced / last, last);
    return l;
  }
  // Few enough rows stay resident in narrower blocks, if they must; otherwise blocks are as wide as a tile, so that
  // tiles are stretches of memory, or narrower where a long sum would be too few units.
  l.form = TAP_FORM_VERTICAL;
  int64_t widest = stays && l.reduced <= TAP_TILE / 16 ? TAP_TILE / l.reduced / 16 * 16 : TAP_TILE;
  while (!parts && widest > 64 && l.reduced * last >= 1 << 15 && l.kept * tap_ceil_div(last, widest) < 8) widest /= 2;
  l.block = last;
  if (last > widest) {
    l.block = tap_round_up(tap_ceil_div(last, tap_ceil_div(last, widest)), 16);
  }
  l.pieces = tap_ceil_div(last, l.block);
  l.blocks = l.kept * l.pieces;
  l.tiling = tap_tile_space(l.reduced, l.block);
  l.resident = l.tiling.tiles == 1;
  return l;
}

bool tap_region_resident(int32_t rank, int32_t kept, int32_t reduced, const int64_t *extent) {
  return tap_block_layout(rank, kept, reduced, extent, true, false).resident;
}

// A block whose program goes over its tiles once can be shared: each unit reduces a run of the tiles, and the last one
// done combines what all have found. What stands before the LOOP is run by each, so nothing may be stored there: it
// could be read again.
tap_layout tap_region_layout(const tap_region *region) {
  int32_t loops = 0, length = 0;
  bool stores_before = false;
  for (int32_t s = 0; s < region->section_count; s++) {
    const tap_section *section = &region->sections[s];
    if (section->kind == TAP_LOOP) loops++, length = section->end - section->begin;
    for (int32_t i = section->begin; i < section->end && loops == 0; i++) {
      stores_before |= region->instrs[i].op == TAP_STORE;
    }
  }
  bool parts = loops == 1 && !stores_before;
  tap_layout l = tap_block_layout(region->rank, region->kept, region->reduced, region->extent, loops > 1, parts);
  if (!l.resident && parts) {
    int64_t worth = tap_min(l.tiling.tiles, l.tiling.tiles * length / TAP_PART_WORK);
    l.parts = tap_min(worth, tap_ceil_div(TAP_REGION_UNITS, l.blocks));
    // An even number, so that two threads have equal shares.
    l.parts = l.parts < 2 ? 1 : l.parts / 2 * 2;
  }
  return l;
}

/// How many instructions of a region are reductions.
int64_t tap_reduction_count(const tap_region *region) {
  int64_t count = 0;
  for (int32_t s = 0; s < region->section_count; s++) {
    for (int32_t i = region->sections[s].begin; i < region->sections[s].end; i++) {
      count += tap_is_reduction(region->instrs[i].op);
    }
  }
  return count;
}

tap_slice_layout tap_slices(int64_t outer, int64_t inner, int64_t longest) {
  tap_slice_layout l = {.piece = tap_min(inner, longest)};
  l.pieces = l.piece == 0 ? 0 : tap_ceil_div(inner, l.piece);
  l.units = outer * l.pieces;
  return l;
}

int64_t tap_units(tap_kernel kernel, const tap_region *region, const int64_t *p, tap_dtype dtype) {
  (void)dtype;
  switch (kernel) {
  case TAP_KERNEL_REGION: {
    tap_layout l = tap_region_layout(region);
    return l.blocks * l.parts;
  }
  case TAP_KERNEL_DOT:
  case TAP_KERNEL_DOT_COLUMN_SUMS: return tap_dot_blocks(kernel, region, p).units;
  case TAP_KERNEL_CONV:
  case TAP_KERNEL_CONV_MAX_POOL:
  case TAP_KERNEL_CONV_INPUT_GRADIENT:
  case TAP_KERNEL_CONV_POOL_INPUT_GRADIENT: return tap_conv_blocks(kernel, region, (const tap_conv *)p).units;
  case TAP_KERNEL_CONV_FILTER_GRADIENT:
  case TAP_KERNEL_CONV_POOL_FILTER_GRADIENT: {
    tap_filter_layout l = tap_filter_blocks((const tap_conv *)p);
    return l.parts * l.blocks;
  }
  case TAP_KERNEL_GATHER:
    return p[4] == 0 ? 0 : tap_slices(1, p[0] * p[1] * p[3], tap_max(1, TAP_GATHER_ELEMENTS / p[4])).units;
  case TAP_KERNEL_SCATTER_ADD: return tap_slices(p[0] * p[1], p[4], TAP_AXIS_COLUMNS).units;
  case TAP_KERNEL_MAX_POOL:
  case TAP_KERNEL_POOL_GATHER:
  case TAP_KERNEL_SUM_POOL: return p[0] * p[4];
  case TAP_KERNEL_POOL_SCATTER:
  case TAP_KERNEL_SUM_POOL_GRADIENT: return p[0] * p[1];
  case TAP_KERNEL_ARG_MAX:
  case TAP_KERNEL_ARG_MIN:
  case TAP_KERNEL_CUMULATIVE_SUM: return tap_slices(p[0], p[2], TAP_AXIS_COLUMNS).units;
  case TAP_KERNEL_SORT: return p[0];
  case TAP_KERNEL_COUNT: break;
  }
  return 0;
}

static_assert(sizeof(tap_layout) <= TAP_LAYOUT_BYTES && sizeof(tap_dot_layout) <= TAP_LAYOUT_BYTES &&
                  sizeof(tap_conv_layout) <= TAP_LAYOUT_BYTES && sizeof(tap_filter_layout) <= TAP_LAYOUT_BYTES,
              "a layout has room for that of any kernel");

void tap_lay_out(tap_kernel kernel, const tap_region *region, const int64_t *p, void *layout) {
  switch (kernel) {
  case TAP_KERNEL_REGION: *(tap_layout *)layout = tap_region_layout(region); break;
  case TAP_KERNEL_DOT:
  case TAP_KERNEL_DOT_COLUMN_SUMS: *(tap_dot_layout *)layout = tap_dot_blocks(kernel, region, p); break;
  case TAP_KERNEL_CONV:
  case TAP_KERNEL_CONV_MAX_POOL:
  case TAP_KERNEL_CONV_INPUT_GRADIENT:
  case TAP_KERNEL_CONV_POOL_INPUT_GRADIENT:
    *(tap_conv_layout *)layout = tap_conv_blocks(kernel, region, (const tap_conv *)p);
    break;
  case TAP_KERNEL_CONV_FILTER_GRADIENT:
  case TAP_KERNEL_CONV_POOL_FILTER_GRADIENT:
    *(tap_filter_layout *)layout = tap_filter_blocks((const tap_conv *)p);
    break;
  default: break;
  }
}

size_t tap_program_bytes(const tap_region *region) { return sizeof(tile_program) + tap_strip_bytes(region); }

void tap_prepare(const tap_region *region, const int32_t *places, void *program) {
  tile_program *p = program;
  tap_find_copies(region, places, &p->copies);
  tap_find_strip(region, &p->copies, p + 1, &p->strip);
}

/// What the units share of blocks that are sums of so many parts: counters, and the sums.
static size_t parts_bytes(int64_t parts, int64_t blocks, int64_t block_bytes) {
  return parts == 1 ? 0 : (size_t)(tap_counter_bytes(blocks) + parts * blocks * block_bytes);
}

size_t tap_shared_bytes(tap_kernel kernel, const tap_region *region, const int64_t *p, tap_dtype dtype) {
  int64_t width = (int64_t)tap_width(dtype);
  if (kernel == TAP_KERNEL_DOT) {
    tap_dot_layout l = tap_dot_blocks(kernel, region, p);
    return parts_bytes(l.parts, l.units / l.parts, tap_dot_part_bytes(&l, width));
  }
  if (tap_is_filter_gradient(kernel)) {
    tap_filter_layout l = tap_filter_blocks((const tap_conv *)p);
    return parts_bytes(l.parts, l.blocks, l.block_elements * width);
  }
  if (kernel != TAP_KERNEL_REGION) return 0;
  tap_layout l = tap_region_layout(region);
  return parts_bytes(l.parts, l.blocks, tap_reduction_count(region) * l.block * region->register_bytes / TAP_TILE);
}

size_t tap_register_bytes(const tap_region *region) {
  return (size_t)tap_round_up(region->registers * (region->register_bytes + (int64_t)sizeof(void *)), TAP_ALIGNMENT);
}

size_t tap_pool_run_bytes(int64_t rows, int64_t places) {
  return (size_t)((rows + places + tap_max(rows, places)) * TAP_CONV_RUN_BYTES);
}

size_t tap_pool_bytes(const tap_conv_pool *p, const tap_region *region) {
  size_t operands = (size_t)region->operands + TAP_CONV_POOL_OPERANDS;
  return tap_pool_run_bytes(p->window.oh, p->window.ow) + operands * sizeof(void *);
}

/// Scratch memory for so many elements of the cotangent that a max pool's gradient makes, and for making them.
static size_t pooled_cotangent_bytes(const int64_t *p, int64_t elements, size_t width) {
  const tap_window *v = &((const tap_conv_pool *)p)->window;
  return tap_pool_run_bytes(v->h, v->w) + (size_t)elements * width;
}

size_t tap_scratch_bytes(tap_kernel kernel, const tap_region *region, const int64_t *p, tap_dtype dtype) {
  size_t width = tap_width(dtype);
  switch (kernel) {
  case TAP_KERNEL_REGION: {
    // A tile for what each reduction of a strip reads.
    int64_t tiles = tap_reduction_count(region) * region->register_bytes;
    return tap_register_bytes(region) + (size_t)tiles;
  }
  case TAP_KERNEL_DOT:
  case TAP_KERNEL_DOT_COLUMN_SUMS: {
    tap_dot_layout l = tap_dot_blocks(kernel, region, p);
    int64_t left = tap_round_up(l.block_rows * (l.depth + TAP_DOT_SKEW), TAP_ALIGNMENT);
    return tap_register_bytes(region) + (size_t)(left + l.pitch * (l.depth + l.block_rows)) * width;
  }
  case TAP_KERNEL_CONV:
  case TAP_KERNEL_CONV_MAX_POOL:
  case TAP_KERNEL_CONV_INPUT_GRADIENT:
  case TAP_KERNEL_CONV_POOL_INPUT_GRADIENT: {
    tap_conv_layout l = tap_conv_blocks(kernel, region, (const tap_conv *)p);
    int64_t runs = region->extent[1] + region->extent[2];
    return tap_register_bytes(region) + (size_t)(l.block_elements + l.packed_elements + l.turned_elements) * width +
           (size_t)(runs * TAP_CONV_RUN_BYTES) +
           (kernel == TAP_KERNEL_CONV_MAX_POOL ? tap_pool_bytes((const tap_conv_pool *)p, region) : 0) +
           (kernel == TAP_KERNEL_CONV_POOL_INPUT_GRADIENT ? pooled_cotangent_bytes(p, l.source_elements, width) : 0);
  }
  case TAP_KERNEL_CONV_FILTER_GRADIENT:
  case TAP_KERNEL_CONV_POOL_FILTER_GRADIENT: {
    tap_filter_layout l = tap_filter_blocks((const tap_conv *)p);
    int64_t blocks = l.parts == 1 ? l.together * l.block_elements : 0;
    int64_t step = l.images * l.rows * p[5] * p[6];
    return tap_register_bytes(region) + (size_t)(blocks + l.packed_elements) * width +
           (kernel == TAP_KERNEL_CONV_POOL_FILTER_GRADIENT ? pooled_cotangent_bytes(p, step, width) : 0);
  }
  case TAP_KERNEL_SORT: return (size_t)p[1] * 2 * (8 + sizeof(int32_t)) + 4 * TAP_ALIGNMENT;
  case TAP_KERNEL_MAX_POOL:
  case TAP_KERNEL_POOL_GATHER:
  case TAP_KERNEL_SUM_POOL: return tap_pool_run_bytes(p[4], p[5]);
  case TAP_KERNEL_POOL_SCATTER:
  case TAP_KERNEL_SUM_POOL_GRADIENT: return tap_pool_run_bytes(p[1], p[2]);
  case TAP_KERNEL_ARG_MAX:
  case TAP_KERNEL_ARG_MIN:
  case TAP_KERNEL_CUMULATIVE_SUM:
  case TAP_KERNEL_GATHER:
  case TAP_KERNEL_SCATTER_ADD:
  case TAP_KERNEL_COUNT: break;
  }
  return 0;
}
