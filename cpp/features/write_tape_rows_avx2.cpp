#define FOXML_LANES_ISA Avx2
#define FOXML_WRITE_TAPE_ROWS write_tape_rows_avx2
#include "features/write_tape_rows.inc"
