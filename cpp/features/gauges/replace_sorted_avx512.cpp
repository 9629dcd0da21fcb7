#define FOXML_LANES_ISA ReplaceSortedAvx512
#define FOXML_REPLACE_SORTED replace_sorted_avx512
#include "features/gauges/replace_sorted.inc"
