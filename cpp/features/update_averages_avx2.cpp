#define FOXML_LANES_ISA Avx2
#define FOXML_UPDATE_AVERAGES update_averages_avx2
#include "features/update_averages.inc"
