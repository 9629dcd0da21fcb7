#define FOXML_LANES_ISA Avx512
#define FOXML_WRITE_TAPE_ROWS write_tape_rows_avx512
#include "features/write_tape_rows.inc"
