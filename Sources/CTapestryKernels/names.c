// The names of tile operations, for listings and messages.
#include "tapestry_kernels.h"

static const char *const names[TAP_TILE_OP_COUNT] = {
    [TAP_LOAD] = "load", [TAP_STORE] = "store", [TAP_INDEX] = "index", [TAP_CONST] = "const", [TAP_EXPAND] = "expand",
    [TAP_RESULT] = "result", [TAP_REDUCE_SUM] = "reduce_sum", [TAP_REDUCE_PRODUCT] = "reduce_product",
    [TAP_REDUCE_MAX] = "reduce_max", [TAP_REDUCE_MIN] = "reduce_min", [TAP_NEG] = "neg", [TAP_ABS] = "abs",
    [TAP_SIGN] = "sign", [TAP_SQRT] = "sqrt", [TAP_RSQRT] = "rsqrt", [TAP_RECIPROCAL] = "reciprocal", [TAP_EXP] = "exp",
    [TAP_EXPM1] = "expm1", [TAP_LOG] = "log", [TAP_LOG1P] = "log1p", [TAP_TANH] = "tanh", [TAP_SIGMOID] = "sigmoid",
    [TAP_ERF] = "erf", [TAP_SIN] = "sin", [TAP_COS] = "cos", [TAP_FLOOR] = "floor", [TAP_CEIL] = "ceil",
    [TAP_ROUND] = "round", [TAP_ADD] = "add", [TAP_SUB] = "sub", [TAP_MUL] = "mul", [TAP_DIV] = "div",
    [TAP_REMAINDER] = "remainder", [TAP_POW] = "pow", [TAP_MAX] = "max", [TAP_MIN] = "min", [TAP_LESS] = "less",
    [TAP_LESS_EQUAL] = "less_equal", [TAP_EQUAL] = "equal", [TAP_NOT_EQUAL] = "not_equal", [TAP_AND] = "and",
    [TAP_OR] = "or", [TAP_XOR] = "xor", [TAP_NOT] = "not", [TAP_SELECT] = "select", [TAP_CAST] = "cast",
    [TAP_CHECK_INDEX] = "check_index", [TAP_RANDOM] = "random",
};

const char *tap_tile_op_name(tap_tile_op op) { return op < TAP_TILE_OP_COUNT ? names[op] : "?"; }
