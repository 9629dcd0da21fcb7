#define FOXML_LANES_ISA CountBelowAvx2
#define FOXML_COUNT_BELOW count_below_avx2
#include "features/gauges/count_below.inc"
