module timegate.example/airflow

go 1.19
