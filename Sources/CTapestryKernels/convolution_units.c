// How the results of convolutions and of their gradients are cut into units; see geometry.h.
#include "geometry.h"

/// How many blocks of at most `limit` cut an extent: an even number where there are several.
static int64_t tap_block_count(int64_t extent, int64_t limit) {
  int64_t blocks = tap_ceil_div(extent, tap_max(1, tap_min(limit, extent)));
  return blocks > 1 ? tap_min(extent, blocks + blocks % 2) : blocks;
}

/// Rows of the source that so many rows of a result take, at most.
static int64_t tap_source_rows(const tap_conv *v, bool gradient, int64_t rows) {
  int64_t reach = (v->kh - 1) * v->dilation_h;
  return gradient ? tap_min(v->oh, (rows - 1 + reach) / v->stride_h + 2)
                  : tap_min(v->h, (rows - 1) * v->stride_h + reach + 1);
}

/// Lets the vectors of a layout go along the images where columns are so few that this takes two thirds of the vectors
/// or less, and where there are products enough to pay for turning source and result. A block is then some rows of
/// TAP_CONV_IMAGES images.
static void tap_conv_turn(tap_conv_layout *l, tap_kernel kernel, const int64_t *extent, const tap_conv *v) {
  bool gradient = tap_is_input_gradient(kernel);
  int64_t columns = extent[3], depth = gradient ? v->oc : v->c;
  int64_t lanes = tap_round_up(extent[0], TAP_CONV_LANES) * columns;
  if (v->groups > 1 || l->few || v->kh * v->kw * depth < TAP_FEW_DEPTH ||
      3 * lanes > 2 * extent[0] * tap_round_up(columns, TAP_CONV_LANES)) {
    return;
  }
  tap_conv_layout turned = *l;
  int64_t row = extent[2] * columns * TAP_CONV_IMAGES;
  turned.images = true;
  turned.image_blocks = tap_ceil_div(extent[0], TAP_CONV_IMAGES);
  turned.row_blocks = tap_block_count(l->lines, tap_min(TAP_CONV_ELEMENTS / (row * l->line),
                                                        tap_ceil_div(l->lines * turned.image_blocks, TAP_CONV_UNITS)));
  turned.place_blocks = 1;
  turned.units = turned.image_blocks * turned.row_blocks;
  turned.pitch = columns;
  int64_t rows = tap_ceil_div(l->lines, turned.row_blocks) * l->line;
  int64_t source = tap_source_rows(v, gradient, rows) * (gradient ? v->ow : v->w);
  turned.block_elements = tap_round_up(rows * row, TAP_ALIGNMENT);
  turned.turned_elements = turned.block_elements + source * depth * TAP_CONV_IMAGES;
  bool fits = source * depth * TAP_CONV_IMAGES <= TAP_CONV_SOURCE && turned.block_elements <= 2 * TAP_CONV_ELEMENTS;
  if (fits) *l = turned;
}

// A block is some whole images, or rows of one, or a piece of a row. Some sixteen blocks are wanted; but small images
// go by eight where there are enough of them, because their edges fill register tiles only side by side.
tap_conv_layout tap_conv_blocks(tap_kernel kernel, const tap_region *region, const tap_conv *v) {
  const int64_t *extent = region->extent;
  int64_t image = extent[1] * extent[2], places = extent[0] * image, columns = extent[3];
  if (places * columns == 0) return (tap_conv_layout){0};
  const tap_window *window = kernel == TAP_KERNEL_CONV_MAX_POOL ? &((const tap_conv_pool *)v)->window : NULL;
  int64_t limit = tap_ceil_div(places, 16);
  limit = tap_max(limit, tap_min(image * 8, tap_min(1024, tap_ceil_div(places, 4))));
  limit = tap_min(limit, tap_max(TAP_CONV_ELEMENTS / columns, 32));
  tap_conv_layout l = {.image_blocks = extent[0], .row_blocks = 1, .place_blocks = 1, .lines = extent[1], .line = 1};
  if (window != NULL) l.lines = window->oh, l.line = window->stride_h;
  if (image <= limit) {
    l.image_blocks = tap_block_count(extent[0], limit / image);
  } else if (extent[2] <= limit || window != NULL) {
    l.row_blocks = tap_block_count(l.lines, limit / (l.line * extent[2]));
  } else {
    l.row_blocks = extent[1];
    l.place_blocks = tap_block_count(extent[2], limit);
  }
  l.units = l.image_blocks * l.row_blocks * l.place_blocks;
  int64_t depth = (tap_is_input_gradient(kernel) ? v->oc : v->c) / v->groups;
  l.few = columns <= TAP_FEW_COLUMNS * v->groups && depth >= TAP_FEW_DEPTH;
  l.pitch = l.few ? columns : tap_round_up(columns, TAP_DOT_COLUMNS) + (v->groups > 1 ? TAP_DOT_COLUMNS : 0);
  l.block_elements = tap_round_up(tap_ceil_div(extent[0], l.image_blocks) * tap_ceil_div(l.lines, l.row_blocks) *
                                      l.line * tap_ceil_div(extent[2], l.place_blocks) * l.pitch,
                                  TAP_ALIGNMENT);
  int64_t group = tap_round_up(columns / v->groups, TAP_DOT_COLUMNS);
  l.packed_elements = v->groups * group * v->kh * v->kw * depth;
  tap_conv_turn(&l, kernel, extent, v);
  if (kernel == TAP_KERNEL_CONV_POOL_INPUT_GRADIENT) {
    int64_t images = l.images ? TAP_CONV_IMAGES : tap_ceil_div(extent[0], l.image_blocks);
    l.source_elements = images * tap_source_rows(v, true, tap_ceil_div(extent[1], l.row_blocks)) * v->ow * v->oc;
  }
  return l;
}

/// Whether a unit of so many rows takes fewer vectors turned, and may be: all its taps reach the same places.
static bool tap_filter_turns(const tap_conv *v, int64_t taps, int64_t rows) {
  bool shared = taps == 1 || (v->dilation_w == 1 && v->pad_left == 0 && (v->ow - 1) * v->stride_w + v->kw <= v->w);
  return v->groups == 1 && v->c * v->oc > 1 && shared &&
         v->oc * tap_ceil_div(rows, TAP_FILTER_LANES) < rows * tap_ceil_div(v->oc, TAP_FILTER_LANES);
}

/// Whether the images are cut in parts, so that a thread reads half of both operands rather than all of them: where
/// those are more than the sums of the parts, and there is work enough for two.
static bool tap_filter_has_parts(const tap_conv *v) {
  int64_t filter = v->kh * v->kw * (v->c / v->groups) * v->oc;
  int64_t operands = v->n * (v->h * v->w * v->c + v->oh * v->ow * v->oc);
  return v->n > 1 && operands >= TAP_PARTS_OPERANDS * filter && v->n * v->oh * v->ow * filter > TAP_PARTS_WORK;
}

// A step of the pass takes about as much of the output as the first cache holds beside the input it belongs to, but
// places enough to be worth adding up.
tap_filter_layout tap_filter_blocks(const tap_conv *v) {
  int64_t depth = v->c / v->groups, columns = v->oc / v->groups;
  tap_filter_layout l = {.taps = depth < 16 ? v->kw : 1, .channel_blocks = 1, .column_blocks = 1};
  int64_t rows = v->kh * v->kw / l.taps;
  if (depth >= 16) {
    l.channel_blocks = tap_ceil_div(depth, 64);
    if (rows * l.channel_blocks % 2 == 1) l.channel_blocks *= 2;
  } else if (rows % 2 == 1 && v->groups == 1 && v->oc >= 2 * TAP_DOT_COLUMNS) {
    l.column_blocks = 2;
  }
  l.blocks = rows * l.channel_blocks * l.column_blocks;
  l.parts = tap_filter_has_parts(v) ? 2 : 1;
  l.packed_columns = v->groups * tap_round_up(columns, TAP_DOT_COLUMNS);
  l.pitch = tap_round_up(tap_ceil_div(l.packed_columns, l.column_blocks), TAP_DOT_COLUMNS);
  int64_t height = l.taps * tap_ceil_div(depth, l.channel_blocks);
  l.block_elements = height * l.pitch;
  l.turned = tap_filter_turns(v, l.taps, height);
  if (l.turned) {
    l.turned_pitch = tap_round_up(height, TAP_DOT_COLUMNS);
    l.block_elements = tap_max(l.block_elements, tap_min(v->oc, l.pitch) * l.turned_pitch);
  }
  l.together = tap_min(l.blocks, tap_max(1, TAP_FILTER_ELEMENTS / tap_max(1, l.block_elements)));
  int64_t row = v->ow * tap_max(l.packed_columns, v->stride_h * v->stride_w * v->c);
  int64_t lines = tap_max(2 * TAP_FILTER_STEP / tap_max(1, row), TAP_FILTER_PLACES / tap_max(1, v->ow));
  l.rows = tap_max(1, tap_min(v->oh, lines));
  int64_t images = tap_max(TAP_FILTER_STEP / tap_max(1, row * v->oh), TAP_FILTER_PLACES / tap_max(1, v->oh * v->ow));
  l.images = l.rows < v->oh ? 1 : tap_max(1, tap_min(tap_ceil_div(v->n, l.parts), images));
  l.packed_elements = l.images * l.rows * v->ow * l.packed_columns;
  if (l.turned) {
    l.packed_rows = tap_min(v->h, (l.rows - 1) * v->stride_h + (v->kh - 1) * v->dilation_h + 1);
    l.packed_elements = l.images * l.packed_rows * v->w * v->c + TAP_DOT_COLUMNS;
    l.packed_elements = tap_round_up(tap_max(l.block_elements, l.packed_elements), TAP_ALIGNMENT);
  }
  return l;
}
