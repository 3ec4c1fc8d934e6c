"""The programme workbook: the Excel format in which projects come in and go out again."""
