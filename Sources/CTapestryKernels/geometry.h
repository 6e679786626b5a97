// How the iteration spaces of regions and the results of products and convolutions are cut into units and tiles.
//
// Everything here depends on extents and types alone, never on the instruction set or the number of threads: a unit is
// the same piece of work at every level, so any split of the units gives the same bits.
#ifndef TAPESTRY_GEOMETRY_H
#define TAPESTRY_GEOMETRY_H

#include "tapestry_kernels.h"

#define TAP_ALIGNMENT 64
#define TAP_PRIVATE __attribute__((visibility("hidden")))

static inline int64_t tap_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t tap_round_up(int64_t a, int64_t b) { return tap_ceil_div(a, b) * b; }
static inline int64_t tap_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t tap_max(int64_t a, int64_t b) { return a > b ? a : b; }

static inline int64_t tap_product(const int64_t *extent, int32_t begin, int32_t end) {
  int64_t product = 1;
  for (int32_t i = begin; i < end; i++) product *= extent[i];
  return product;
}

static inline size_t tap_width(int dtype) { return dtype == TAP_F64 ? 8 : dtype == TAP_BOOL ? 1 : 4; }

static inline bool tap_is_reduction(int op) { return op >= TAP_REDUCE_SUM && op <= TAP_REDUCE_MIN; }

/// Whether a kernel is one of those of a convolution's gradient in the input; in the filter.
static inline bool tap_is_input_gradient(tap_kernel kernel) {
  return kernel == TAP_KERNEL_CONV_INPUT_GRADIENT || kernel == TAP_KERNEL_CONV_POOL_INPUT_GRADIENT;
}

static inline bool tap_is_filter_gradient(tap_kernel kernel) {
  return kernel == TAP_KERNEL_CONV_FILTER_GRADIENT || kernel == TAP_KERNEL_CONV_POOL_FILTER_GRADIENT;
}

/// Some trailing or leading axes of a space cut into tiles of at most TAP_TILE elements: either whole rows of the last
/// axis, or one piece of one row, the pieces of a row being about equally long.
typedef struct {
  int64_t outer, inner; // rows and columns of the space
  int64_t rows, piece;  // of a tile
  int64_t pieces;       // tiles that make up a row
  int64_t tiles;
} tap_tiling;

/// The three forms of a region, and its blocks.
typedef enum { TAP_FORM_MAP, TAP_FORM_HORIZONTAL, TAP_FORM_VERTICAL } tap_form;

typedef struct {
  tap_form form;
  tap_tiling tiling; // map: of the space; else: of the reduced space (vertical: its rows, by the block's columns)
  int64_t kept;      // rows (horizontal), indices of the kept outer axes (vertical)
  int64_t reduced;   // elements of the reduced axes
  int64_t block;     // rows of a block (horizontal), columns of one (vertical)
  int64_t blocks;
  int64_t parts;     // units of a block: runs of tiles of the reduced space
  int64_t pieces;    // blocks side by side (vertical)
  bool resident;
} tap_layout;

/// One of the products a sum of them is made of.
typedef struct {
  int64_t k;
  const int64_t *left, *right; // strides: of the batch axes, of rows and k; of the batch axes, of k and columns
  int64_t panel;               // elements from one panel of B to the next, or 0
} tap_dot_pair;

static inline tap_dot_pair tap_dot_pair_at(const tap_region *region, const int64_t *parameters, int64_t place) {
  const int64_t *own = parameters + 1 + place * (2 * region->rank + 2), *left = own + 1, *right = left + region->rank;
  return (tap_dot_pair){.k = own[0], .left = left, .right = right, .panel = right[region->rank]};
}

/// The blocks of the result of a sum of products: one unit each.
typedef struct {
  int64_t batch, rows, columns;             // of the result
  int64_t block_rows, block_columns;        // of a block at most
  int64_t row_blocks, column_blocks, units; // of the result
  int64_t depth;                            // of a summed axis that is packed at a time
  int64_t slabs;                            // that are packed in all
  int64_t pitch;                            // elements from one row of a block to the next in scratch
  int64_t parts, terms;                     // a block is the sum of so many units, each of so many terms
} tap_dot_layout;

/// The first column of a block of columns. Blocks are as equal as whole panels let them be, so that any even number of
/// them is two equal shares.
static inline int64_t tap_dot_first_column(const tap_dot_layout *l, int64_t block) {
  int64_t panels = tap_ceil_div(l->columns, TAP_DOT_COLUMNS);
  return tap_min(l->columns, block * panels / l->column_blocks * TAP_DOT_COLUMNS);
}

/// Bytes of the counters of blocks that are sums of parts (parts.inc), which the parts follow.
static inline int64_t tap_counter_bytes(int64_t blocks) {
  return tap_round_up(blocks * (int64_t)sizeof(int64_t), TAP_ALIGNMENT);
}

/// Bytes of the sums of a part of a block.
static inline int64_t tap_dot_part_bytes(const tap_dot_layout *l, int64_t width) {
  return tap_round_up(l->block_rows * l->pitch * width, TAP_ALIGNMENT);
}

/// The blocks of the result of a convolution or of its gradient in the input: one unit each. Block i of N along an axis
/// is [extent i / N, extent (i + 1) / N).
typedef struct {
  int64_t image_blocks, row_blocks, place_blocks, units;
  int64_t lines, line;     // rows are cut in lines of so many rows: those of one row of windows where they are pooled
  bool few;                // a group's columns are too few for vectors of them
  bool images;             // vectors go along the images, TAP_CONV_IMAGES of which are a block
  int64_t pitch;           // elements from place to place of a block in scratch
  int64_t block_elements;  // of the largest
  int64_t packed_elements; // of the packed filter
  int64_t turned_elements; // of the source and the block whose images lie side by side
  int64_t source_elements; // of the rows a block gathers from, where they are made for it
} tap_conv_layout;

/// The blocks of a convolution's gradient in the filter: some rows of channels of one tap, or all taps of a row of the
/// filter where channels are few, by a block of columns. A unit is one of them, or a part of its sum. Turned, rows are
/// the columns of the register tiles: where the output has few channels, that fills vectors better.
typedef struct {
  int64_t taps;           // of a block: 1 or the filter's width
  int64_t channel_blocks, column_blocks, blocks;
  int64_t parts;          // of the images: a block is the sum of so many units
  int64_t pitch;
  int64_t block_elements; // of the largest
  bool turned;
  int64_t turned_pitch;   // elements from column to column of a turned block
  int64_t together;       // blocks summed in one pass over the operands
  int64_t images, rows;   // of the output that a step of the pass takes: whole images, or some rows of one
  int64_t packed_columns; // of the cotangent packed for a step
  int64_t packed_rows;    // of an image of the input packed for a step, turned
  int64_t packed_elements;
} tap_filter_layout;

/// The slices of a kernel that works on rows `inner` elements long for `outer` places.
typedef struct {
  int64_t piece, pieces, units;
} tap_slice_layout;

TAP_PRIVATE tap_tiling tap_tile_space(int64_t outer, int64_t inner);
TAP_PRIVATE tap_layout tap_region_layout(const tap_region *region);
TAP_PRIVATE tap_dot_layout tap_dot_blocks(tap_kernel kernel, const tap_region *region, const int64_t *parameters);
TAP_PRIVATE tap_conv_layout tap_conv_blocks(tap_kernel kernel, const tap_region *region, const tap_conv *conv);
TAP_PRIVATE tap_filter_layout tap_filter_blocks(const tap_conv *conv);
TAP_PRIVATE tap_slice_layout tap_slices(int64_t outer, int64_t inner, int64_t longest);
TAP_PRIVATE int64_t tap_reduction_count(const tap_region *region);
TAP_PRIVATE size_t tap_register_bytes(const tap_region *region);
/// Scratch memory of the runs of a pooling operation whose result has so many rows and places, or whose source has.
TAP_PRIVATE size_t tap_pool_run_bytes(int64_t rows, int64_t places);
/// Scratch memory of CONV_MAX_POOL beyond the convolution's: the runs of the windows, then the operands' addresses.
TAP_PRIVATE size_t tap_pool_bytes(const tap_conv_pool *pool, const tap_region *region);

/// Rows of a table a unit of GATHER copies at most, in elements; columns a unit of the kernels along an axis takes.
#define TAP_GATHER_ELEMENTS 4096
#define TAP_AXIS_COLUMNS 64

/// Terms at most of a product's sum whose epilogue is more work than itself, and rows of its blocks.
#define TAP_FEW_TERMS 16
#define TAP_FEW_TERMS_ROWS 32
/// Operands of an update's program at least that are as large as the result; elements of them all; terms of its product
/// at most; the rows of its blocks at least and at most, and their columns at most.
#define TAP_UPDATE_OPERANDS 3
#define TAP_UPDATE_ELEMENTS (1 << 18)
#define TAP_UPDATE_TERMS 512
#define TAP_UPDATE_LEAST_ROWS 32
#define TAP_UPDATE_ROWS 64
#define TAP_UPDATE_COLUMNS 2048
/// Terms from which a higher block saves more packing than its program loses to rows of few columns, and its rows.
#define TAP_MANY_TERMS 512
#define TAP_MANY_TERMS_ROWS 256
/// Terms of a slab: a tile's columns of them have a place in the first cache. More, where the right operand is read
/// across its rows and is too large for the second: its stretches are longer then.
#define TAP_SLAB_TERMS 128
#define TAP_FAR_SLAB_TERMS 256
/// Elements of a right operand that has a place in the second cache of a core.
#define TAP_NEAR_ELEMENTS (1 << 17)
/// Terms a row from which a sum of many is cut in parts, and multiply-adds a sum that is cut must have.
#define TAP_PARTS_TERMS 12
#define TAP_PARTS_WORK (1 << 20)

/// Elements of the operands of a filter's gradient, for each of its own, from which its images are cut in parts.
#define TAP_PARTS_OPERANDS 6

/// Columns of a convolution's result at most, a group, and channels it sums over at least, to go along the channels.
#define TAP_FEW_COLUMNS 4
#define TAP_FEW_DEPTH 16

/// Images of a block whose vectors go along them, lanes by which the vectors it takes are counted, units wanted at
/// least, and elements of its source at most.
#define TAP_CONV_IMAGES 32
#define TAP_CONV_LANES 16
#define TAP_CONV_UNITS 8
#define TAP_CONV_SOURCE 131072

/// Units that a region of few blocks is cut into, about, and what a part does at least: tiles by instructions.
#define TAP_REGION_UNITS 32
#define TAP_PART_WORK 32

/// What a run of places (convolution_axis.inc) takes in scratch, which keeps what follows aligned.
#define TAP_CONV_RUN_BYTES 128

/// Operands of CONV_MAX_POOL beyond its region's.
#define TAP_CONV_POOL_OPERANDS 4

/// Elements of scratch a block of a convolution's result takes at most, and those of the blocks summed together.
#define TAP_CONV_ELEMENTS 32768
#define TAP_FILTER_ELEMENTS 262144
/// Elements of an operand a step of the gradient in the filter takes, about.
#define TAP_FILTER_STEP 5120
/// Places of the output it takes at least, about.
#define TAP_FILTER_PLACES 128

/// Lanes by which the vectors a unit takes are counted, whatever the level.
#define TAP_FILTER_LANES 16

/// Elements added to the rows of a packed slab, so that they do not lie a large power of two apart.
#define TAP_DOT_SKEW 16

#endif
