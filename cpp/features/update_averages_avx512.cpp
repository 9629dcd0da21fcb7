#define FOXML_LANES_ISA Avx512
#define FOXML_UPDATE_AVERAGES update_averages_avx512
#include "features/update_averages.inc"
