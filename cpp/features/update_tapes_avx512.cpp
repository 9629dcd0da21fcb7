#define FOXML_LANES_ISA Avx512
#define FOXML_UPDATE_TAPES update_tapes_avx512
#include "features/update_tapes.inc"
