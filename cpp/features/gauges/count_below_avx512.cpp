#define FOXML_LANES_ISA CountBelowAvx512
#define FOXML_COUNT_BELOW count_below_avx512
#include "features/gauges/count_below.inc"
