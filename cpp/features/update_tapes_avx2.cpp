#define FOXML_LANES_ISA Avx2
#define FOXML_UPDATE_TAPES update_tapes_avx2
#include "features/update_tapes.inc"
