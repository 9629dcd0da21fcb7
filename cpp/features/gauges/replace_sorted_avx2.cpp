#define FOXML_LANES_ISA ReplaceSortedAvx2
#define FOXML_REPLACE_SORTED replace_sorted_avx2
#include "features/gauges/replace_sorted.inc"
