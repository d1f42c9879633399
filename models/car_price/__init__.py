"""What will a used car sell for?"""
